using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Fleets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets;
using FinOps.Platform.Tenants;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FinOps.Platform.Tests.Pricing;

public sealed class BooksTests
{
    private const string Now = "2026-03-02T13:07Z";

    [Fact]
    public async Task The_same_fact_again_records_nothing()
    {
        await using var house = await CostHouse.OpenAsync(Now);

        for (var i = 0; i < 2; i++)
        {
            await house.FleetAsync("f1", "2026-03-02T00:00Z", null, 10m);
            await house.RateAsync("m", "2026-03-02T00:00Z", 1m, 2m);
            await house.TargetAsync("f1", "m", "2026-03-02T00:00Z", 1.5m);
        }

        Assert.Equal(3, await EventsAsync(house));
        await house.FleetAsync("f1", "2026-03-02T00:00Z", null, 11m);
        await house.FleetAsync("f1", "2026-03-02T00:00Z", null, 10m);
        Assert.Equal(5, await EventsAsync(house));
        Assert.Equal(10m, (await FleetsAsync(house, CostHouse.Finance)).Single().Cost!.CostPerHour);
    }

    [Fact]
    public async Task A_fact_without_a_date_holds_from_the_start_of_the_day_and_again_the_next_day_is_the_same()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        var input = new FleetCostInput { Fleet = "f1", CostPerHour = 3m, Currency = "USD" };

        var first = await FleetMutations.SetFleetCost(input, house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);
        house.Clock.Now += TimeSpan.FromDays(1);
        await FleetMutations.SetFleetCost(input, house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);

        Assert.Equal(CostHouse.At("2026-03-02T00:00Z"), first.From);
        Assert.Equal(1, await EventsAsync(house));
    }

    [Fact]
    public async Task A_change_is_seen_by_the_next_question_in_any_process()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await using var neighbour = house.Neighbour();
        Assert.False((await neighbour.Books.NowAsync(CostHouse.Cancellation)).Fleets.IsRegistered(new FleetId("f1")));

        await house.FleetAsync("f1", "2026-03-02T00:00Z", null, 10m);

        Assert.True((await neighbour.Books.NowAsync(CostHouse.Cancellation)).Fleets.IsRegistered(new FleetId("f1")));
    }

    [Fact]
    public async Task Writers_of_one_stream_come_one_after_the_other()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await using var neighbour = house.Neighbour();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? house : neighbour).FleetAsync("f1", "2026-03-02T00:00Z", null, i % 4)));

        var lines = (await house.Books.NowAsync(CostHouse.Cancellation)).Fleets.Lines(new FleetId("f1"));
        Assert.InRange(await EventsAsync(house), 4, 16);
        Assert.Single(lines);
    }

    [Fact]
    public async Task Nothing_is_applied_when_something_is_refused()
    {
        await using var house = await CostHouse.OpenAsync(Now);

        var refused = await Assert.ThrowsAsync<RejectedException>(() => house.FleetAsync("f1", "2026-03-02T00:07Z", "2026-03-02T00:00Z", -1m));

        Assert.Equal(["costPerHour", "from", "to"], refused.Rejections.Select(r => r.Field));
        Assert.Equal(0, await EventsAsync(house));
    }

    [Fact]
    public async Task A_catalogue_is_loaded_into_empty_books_and_never_over_what_was_set()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        var folder = Directory.CreateTempSubdirectory("finops-catalog-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "fleets.json"),
            """[{"fleet":"f1","costPerHour":"2.5","currency":"USD","source":"a list","notes":["one"]},{"fleet":"f2","costPerHour":3,"currency":"USD"}]""",
            CostHouse.Cancellation);
        house.Services.GetRequiredService<IConfiguration>()["Catalog:Path"] = folder;
        var catalog = house.Services.GetServices<IHostedService>().OfType<Catalog>().Single();

        await catalog.StartAsync(CostHouse.Cancellation);
        await house.FleetAsync("f1", "2026-03-02T00:00Z", null, 99m);
        await catalog.StartAsync(CostHouse.Cancellation);

        Assert.Equal([99m, 3m], (await FleetsAsync(house, CostHouse.Finance)).Select(f => f.Cost!.CostPerHour));
        Assert.Equal(3, await EventsAsync(house));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_catalogue_with_a_slip_is_refused_whole_with_its_entry_named()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        var folder = Directory.CreateTempSubdirectory("finops-catalog-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "rates.json"),
            """[{"model":"m","currency":"USD","rates":[{"unitClass":"output","perMillion":1}]},{"model":"n","currency":"USD","rates":[{"unitClass":"tokens","perUnit":1}]}]""",
            CostHouse.Cancellation);
        house.Services.GetRequiredService<IConfiguration>()["Catalog:Path"] = folder;

        var refused = await Assert.ThrowsAsync<CatalogFileException>(
            () => house.Services.GetServices<IHostedService>().OfType<Catalog>().Single().StartAsync(CostHouse.Cancellation));

        Assert.Contains("entry 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("rates[0].unitClass", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await EventsAsync(house));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Costs_and_targets_are_shown_to_a_tenant_by_contract_and_only_of_fleets_that_served_it()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await house.FleetAsync("f1", "2026-03-02T00:00Z", null, 10m);
        await house.FleetAsync("f2", "2026-03-02T00:00Z", null, 20m);
        await house.TargetAsync("f1", "m", "2026-03-02T00:00Z", 1m);
        await house.TargetAsync("f1", "n", "2026-03-02T00:00Z", 1m);
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T00:00Z", 1, 0);
        await house.UsedAsync("globex", "n", "ghost", "2026-03-02T00:00Z", 1, 0);
        var contract = new Viewer("acme", ViewerRole.Tenant, [new TenantId("acme")], SeesCost: true);

        Assert.Equal(["f1"], (await FleetsAsync(house, contract)).Select(f => f.Id));
        Assert.Equal([("f1", true), ("f2", true), ("ghost", false)], (await FleetsAsync(house, CostHouse.Finance)).Select(f => (f.Id, f.Registered)));
        Assert.Equal(["m"], (await TargetsAsync(contract)).Select(t => t.Model));
        Assert.Equal(["m", "n"], (await TargetsAsync(CostHouse.Finance)).Select(t => t.Model));
        var refused = await Assert.ThrowsAsync<RejectedException>(() => FleetsAsync(house, contract with { SeesCost = false }));
        Assert.Equal("forbidden", refused.Rejections[0].Code);
        var seen = house.Services.GetRequiredService<SeenSeries>();
        Assert.Equal(["acme"], (await TenantQueries.Tenants(seen, house.Books, house.Clock, contract, CostHouse.Cancellation)).Select(t => t.Id));
        Assert.Equal(["m"], (await SeenQueries.Models(seen, house.Books, house.Clock, contract, CostHouse.Cancellation)).Select(m => m.Id));

        Task<IReadOnlyList<TargetView>> TargetsAsync(Viewer viewer) =>
            TargetQueries.Targets(house.Books, house.Services.GetRequiredService<SeenSeries>(), viewer, CostHouse.Cancellation);
    }

    [Fact]
    public async Task Rate_cards_show_inherited_rates_and_those_in_effect()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await house.RateAsync("m", "2026-03-01T00:00Z", 1m, 2m);
        await house.RateAsync("m", "2026-03-02T00:00Z", 3m, null);

        var all = await PricingQueries.RateCards(house.Books, CostHouse.Finance, CostHouse.Cancellation, "m");
        var first = await PricingQueries.RateCards(house.Books, CostHouse.Finance, CostHouse.Cancellation, at: CostHouse.At("2026-03-01T23:59Z"));

        Assert.Equal(2, all.Count);
        Assert.Equal(("reasoning", 2m, true), First(Assert.Single(first), "reasoning"));
        Assert.DoesNotContain(all[1].Rates, r => r.UnitClass is "output" or "reasoning");

        static (string, decimal, bool) First(RateCardView card, string unitClass)
        {
            var rate = card.Rates.Single(r => r.UnitClass == unitClass);
            return (rate.UnitClass, rate.PerMillion, rate.Inherited);
        }
    }

    [Fact]
    public void The_catalogues_of_the_house_are_complete_and_decide_well()
    {
        foreach (var folder in new[] { Path.Combine(Repository.Root, "infra/catalog"), Path.Combine(Repository.Root, "infra/catalog/demo") })
        {
            var now = CostHouse.At(Now);
            Each<FleetCostInput>(folder, "fleets.json", i => i.ToCommand().Decide(now));
            Each<RateCardInput>(folder, "rates.json", i => i.ToCommand().Decide(now));
            EachEntry(folder, "targets.json", (path, index, entry) => TargetEntries.Check(path, index, entry, now));
        }

        static void Each<T>(string folder, string file, Action<T> decide) =>
            EachEntry(folder, file, (path, index, entry) => decide(CatalogFile.Read<T>(path, index, entry)));

        static void EachEntry(string folder, string file, Action<string, int, System.Text.Json.Nodes.JsonObject> decide)
        {
            var path = Path.Combine(folder, file);
            var entries = CatalogFile.Entries(path);
            Assert.NotEmpty(entries);
            for (var i = 0; i < entries.Count; i++) decide(path, i, entries[i]);
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(path));
            Assert.All(json.RootElement.EnumerateArray(), e => Assert.NotEmpty(e.GetProperty("source").GetString()!));
        }
    }

    private static Task<IReadOnlyList<FleetView>> FleetsAsync(CostHouse house, Viewer viewer) => FleetQueries.Fleets(
        house.Books, house.Services.GetRequiredService<SeenSeries>(), house.Services.GetRequiredService<FleetSigns>(), house.Clock, viewer, CostHouse.Cancellation);

    private static async Task<long> EventsAsync(CostHouse house)
    {
        await using var command = house.Database.CreateCommand("select count(*) from finops.mt_events");
        return (long)(await command.ExecuteScalarAsync(CostHouse.Cancellation))!;
    }
}
