using System.Text.Json.Nodes;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Pricing;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Pricing;

/// <summary>Cards by the units of the month, by cost, for one tenant and under aliases, from their being set to reports and budgets.</summary>
public sealed class RateCardTests
{
    private static readonly Viewer Acme = new("acme", ViewerRole.Tenant, [new TenantId("acme")], SeesCost: false);

    [Fact]
    public async Task Parts_of_a_month_are_charged_by_the_units_before_them_and_sum_to_the_month()
    {
        await using var house = await OpenAsync();
        // 100 free, then 0.01 up to 1,000, then 0.001.
        house.Clock.Now = CostHouse.At("2026-01-01T00:00Z");
        await house.RateAsync(Graduated("m"));
        house.Clock.Now = CostHouse.At("2026-04-10T00:00Z");
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T00:00Z", 0, 600);
        await house.UsedAsync("acme", "m", "", "2026-03-20T23:45Z", 0, 300, reasoning: 200);
        await house.UsedAsync("acme", "m", "f1", "2026-03-20T23:45Z", 0, 50, recordedAt: "2026-04-02T00:00Z");
        await house.UsedAsync("globex", "m", "f1", "2026-03-20T23:45Z", 0, 101);
        await house.UsedAsync("acme", "m", "f1", "2026-04-01T00:00Z", 0, 101);

        var month = await house.AskAsync("2026-03-01T00:00Z", "2026-04-01T00:00Z", [Dimension.Day], tenants: ["acme"]);
        var day = await house.AskAsync("2026-03-20T00:00Z", "2026-03-21T00:00Z", tenants: ["acme"]);
        var own = await house.AskAsync("2026-03-20T00:00Z", "2026-03-21T00:00Z", [Dimension.Fleet], viewer: Acme, fleets: ["f1"]);
        var asOf = await house.AskAsync("2026-03-20T00:00Z", "2026-03-21T00:00Z", tenants: ["acme"], asOf: "2026-04-01T00:00Z");
        var all = await house.AskAsync("2026-03-01T00:00Z", "2026-05-01T00:00Z", [Dimension.Month]);

        // 600: 500 above the free ones. Then without a fleet 300 output and 200 reasoning, 600 to 1,100; then 50 on f1.
        Assert.Equal([5m, 4m + 0.1m + 0.05m], month.Rows.Select(r => r.Charge!.Value));
        Assert.Equal((9.15m, 4.15m, 0.05m), (month.Total.Charge, day.Total.Charge, own.Total.Charge));
        Assert.Equal(4.1m, asOf.Total.Charge); // what came in April was not known
        Assert.Equal([9.15m + 0.01m, 0.01m], all.Rows.Select(r => r.Charge!.Value));
        Assert.True(day.Total.RateInherited);
        Assert.Equal(("m", 1, CostHouse.At("2026-01-01T00:00Z")), Used(Assert.Single(day.Completeness.RateCards)));

        static (string, int, DateTimeOffset) Used(FinOps.Platform.Reporting.RateCardUsed card) => (card.Model, card.Version, card.From);
    }

    [Fact]
    public async Task A_budget_is_told_the_charge_of_the_report_whatever_the_cards()
    {
        await using var house = await OpenAsync();
        await house.FleetAsync("f1", "2026-03-01T00:00Z", null, 7.77m);
        await house.RateAsync("plain", "2026-01-01T00:00Z", 1m, 2m);
        await house.RateAsync(Graduated("m", aliases: ["m-latest"]));
        await house.RateAsync(new RateCardInput { Model = "plain", From = CostHouse.At("2026-03-05T00:00Z"), Currency = "USD", MarkupPercent = 25m, Tenant = "acme" });
        await house.RateAsync(new RateCardInput { Model = "euro", From = CostHouse.At("2026-01-01T00:00Z"), Currency = "EUR", Rates = [new RateInput { UnitClass = "output", PerUnit = 1m }] });
        var random = new Random(26);
        foreach (var tenant in new[] { "acme", "globex" })
        {
            for (var i = 0; i < 60; i++)
            {
                var at = CostHouse.At("2026-03-04T00:00Z") + (i * 5 + random.Next(0, 5)) * QuarterHour.Length;
                await house.UsedAsync(
                    tenant, new[] { "plain", "m", "m-latest", "none" }[i % 4], new[] { "f1", "ghost", "" }[i % 3],
                    at.ToString("o", System.Globalization.CultureInfo.InvariantCulture), random.Next(0, 1_000), random.Next(0, 200), recordedAt: $"2026-03-{8 + i % 9:00}T00:00Z");
            }
        }

        await house.UsedAsync("acme", "euro", "f1", "2026-03-05T00:00Z", 0, 5);
        var charges = house.Services.GetRequiredService<TenantCharges>();
        foreach (var (from, to) in new[] { ("2026-03-01T00:00Z", "2026-04-01T00:00Z"), ("2026-03-05T00:15Z", "2026-03-06T13:30Z"), ("2026-03-04T00:00Z", "2026-03-05T00:00Z") })
        {
            foreach (var tenant in new[] { "acme", "globex" })
            {
                var report = await house.AskAsync(from, to, tenants: [tenant], models: ["plain", "m", "m-latest", "none"], viewer: CostHouse.Finance with { SeesCost = false });
                var charge = await charges.ChargeAsync(new TenantId(tenant), new Window(CostHouse.At(from), CostHouse.At(to)), Currency.Usd, CostHouse.Cancellation);
                var euros = from == "2026-03-01T00:00Z" && tenant == "acme" ? 5 : 0;

                Assert.Equal(report.Total.Charge, charge.Charge.Amount);
                Assert.Equal(report.Total.UnpricedTokens + euros, charge.UnpricedTokens); // euros are no part of a charge in dollars
                Assert.True(charge.Charge.Amount > 0);
            }
        }
    }

    [Fact]
    public async Task A_markup_is_charged_to_a_tenant_that_may_not_see_cost()
    {
        await using var house = await OpenAsync();
        await house.FleetAsync("f1", "2026-03-02T00:00Z", "2026-03-02T01:00Z", 10m);
        await house.RateAsync(new RateCardInput
        {
            Model = "m",
            From = CostHouse.At("2026-01-01T00:00Z"),
            Currency = "USD",
            MarkupPercent = 20m,
            Rounding = new RoundingInput { Decimals = 1, Mode = RoundingMode.HalfEven },
        });
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T00:15Z", 1_000_000, 500_000);
        await house.UsedAsync("globex", "m", "f1", "2026-03-02T00:30Z", 1_000_000, 0);
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T01:00Z", 7, 0);

        var acme = await house.AskAsync("2026-03-02T00:00Z", "2026-03-03T00:00Z", [Dimension.Hour], viewer: Acme);

        Assert.Equal([(9m, 9m, null), (null, null, (decimal?)null)], acme.Rows.Select(r => (r.Charge, r.ChargeRounded, r.ActualCost)));
        Assert.Equal((7L, "m"), (acme.Completeness.UnpricedTokens, Assert.Single(acme.Completeness.UnpricedModels))); // that hour has no cost
    }

    [Fact]
    public async Task A_tenant_sees_the_general_cards_and_its_own()
    {
        await using var house = await OpenAsync();
        await house.RateAsync("m", "2026-01-01T00:00Z", 1m, 2m);
        await house.RateAsync(Graduated("m", tenant: "globex"));
        var shared = await house.RateAsync(Graduated("m", contract: "c", tenants: ["acme", "initech"], to: "2026-03-01T00:00Z"));

        var all = await PricingQueries.RateCards(house.Books, CostHouse.Finance, CostHouse.Cancellation);
        var acme = await PricingQueries.RateCards(house.Books, Acme, CostHouse.Cancellation);
        var now = await PricingQueries.RateCards(house.Books, CostHouse.Finance, CostHouse.Cancellation, at: CostHouse.At("2026-03-01T00:00Z"));

        Assert.Equal([(1, null, null), (3, "c", null), (2, null, "globex")], all.Select(c => (c.Version, c.Contract, c.Tenant)));
        Assert.Equal([(1, null), (3, "acme")], acme.Select(c => (c.Version, c.Tenants is null ? null : string.Join(' ', c.Tenants))));
        Assert.Equal([1, 2], now.Select(c => c.Version));
        Assert.Equal((3, CostHouse.At("2026-03-01T00:00Z")), (shared.Version, shared.To));
        Assert.Equal(
            [("output", false, null), ("reasoning", true, null), ("audioOutput", true, null), ("output", false, 1_000L)],
            all[2].Rates.Select(r => (r.UnitClass, r.Inherited, r.VolumeAboveUnits)));
        Assert.Equal((100L, "batch", 50m), (all[2].FreeUnitsPerMonth[0].Units, all[2].Discounts[0].ServiceTier, all[2].Discounts[0].Percent));
    }

    [Fact]
    public async Task One_alias_is_given_to_one_of_many_models_that_claim_it_at_once()
    {
        await using var house = await OpenAsync();
        await using var neighbour = house.Neighbour();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await (i % 2 == 0 ? house : neighbour).RateAsync(Graduated($"m{i}", aliases: ["latest"]));
                return "";
            }
            catch (RejectedException refused)
            {
                return Assert.Single(refused.Rejections).Code;
            }
        }));

        Assert.Equal(["", .. Enumerable.Repeat("alias_contradictory", 7)], outcomes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_file_of_cards_in_which_one_ends_unnoticed_is_refused_with_what_to_do()
    {
        await using var house = await OpenAsync();

        var refused = await Assert.ThrowsAsync<RejectedException>(() => house.RateAsync(Graduated("m", to: "2026-03-01T00:00Z")));
        await house.RateAsync(Graduated("m", to: "2026-03-01T00:00Z", endsWithoutSuccessor: true));

        Assert.Equal(("to", "rate_card_without_successor"), (refused.Rejections[0].Field, refused.Rejections[0].Code));
        Assert.Contains("endsWithoutSuccessor: true", refused.Message, StringComparison.Ordinal);
        Assert.Null((await house.Books.NowAsync(CostHouse.Cancellation)).Rates.At(new ModelId("m"), QuarterHour.Holding(CostHouse.At("2026-03-01T00:00Z"))));
    }

    [Fact]
    public async Task The_card_of_the_document_is_taken_as_it_stands_and_charges_what_it_says()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/rate-cards.md"), CostHouse.Cancellation);
        var json = text.Split("```json")[1].Split("```")[0];
        var card = CatalogFile.Read<RateCardInput>("docs", 0, JsonNode.Parse(json)!.AsObject()).ToCommand().Decide(DateTimeOffset.UnixEpoch);
        var march = new UnitsOfMonth();

        Assert.Equal(
            [1.50m, 1.20m, 2.60m],
            new[]
            {
                card.ChargeFor(Quantities.Of((UnitClass.UncachedInput, 300_000), (UnitClass.Output, 400_000)), default, march).Amount,
                card.ChargeFor(Quantities.Of((UnitClass.UncachedInput, 1_000_000), (UnitClass.Output, 100_000)), RateClass.Parse("200k/batch"), march).Amount,
                card.ChargeFor(Quantities.Of((UnitClass.Output, 500_000), (UnitClass.Reasoning, 200_000)), default, march).Amount,
            });
        Assert.All(new[] { "| 1.50 |", "| 1.20 |", "| 2.60 |", "| 5.30 |" }, figure => Assert.Contains(figure, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Late_usage_reaches_the_charges_of_the_rest_of_its_month()
    {
        await using var house = await OpenAsync();
        var live = house.Services.GetRequiredService<LiveBooks>();
        var march = (CostHouse.At("2026-03-30T00:00Z") - DateTimeOffset.UnixEpoch).Days;

        Assert.Equal([march], TenantCharges.Reached([march], (await live.NowAsync(CostHouse.Cancellation)).Rates));
        await house.RateAsync(Graduated("m"));
        Assert.Equal([march, march + 1], TenantCharges.Reached([march], (await live.NowAsync(CostHouse.Cancellation)).Rates));
    }

    private static Task<CostHouse> OpenAsync() => CostHouse.OpenAsync("2026-04-10T00:00Z");

    private static RateCardInput Graduated(
        string model, string? tenant = null, string? contract = null, string[]? tenants = null, string[]? aliases = null, string? to = null,
        bool? endsWithoutSuccessor = null) => new()
        {
            Model = model,
            From = CostHouse.At("2026-01-01T00:00Z"),
            To = to is null ? null : CostHouse.At(to),
            EndsWithoutSuccessor = endsWithoutSuccessor,
            Currency = "USD",
            Tenant = tenant,
            Contract = contract,
            Tenants = tenants,
            ModelAliases = aliases,
            Rates = [new RateInput { UnitClass = "output", PerUnit = 0.01m }, new RateInput { UnitClass = "output", PerUnit = 0.001m, VolumeAboveUnits = 1_000 }],
            FreeUnitsPerMonth = [new FreeUnitsInput { UnitClass = "output", Units = 100 }],
            Discounts = [new DiscountInput { ServiceTier = "batch", Percent = 50m }],
        };
}
