using FinOps.Platform.Fleets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Tests.Reporting;
using FinOps.Platform.Tests.Reratings;

namespace FinOps.Platform.Tests.Pricing;

/// <summary>Who said what of the books, when and why.</summary>
public sealed class BookChangesTests
{
    [Fact]
    public async Task Every_fact_is_listed_with_who_when_why_and_whether_it_is_of_the_past()
    {
        await using var house = await CostHouse.OpenAsync("2026-03-02T13:07Z");
        await FleetMutations.SetFleetCost(
            new FleetCostInput { Fleet = "f1", From = CostHouse.At("2026-03-02T13:00Z"), CostPerHour = 2.5m, Currency = "USD", Reason = " a new contract " },
            house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);
        await house.TargetAsync("f1", "m", "2026-03-02T12:45Z", 1m);

        var changes = (await house.ChangesAsync()).Nodes.ToList();

        Assert.Equal([(BookSubjectKind.FleetCost, "f1", null), (BookSubjectKind.Target, "f1", "m")], changes.Select(c => (c.Kind, c.Fleet, c.Model)));
        Assert.Equal(["a new contract", null], changes.Select(c => c.Reason));
        // The quarter-hour in which it is recorded is no past.
        Assert.Equal([false, true], changes.Select(c => c.Backdated));
        Assert.All(changes, c => Assert.Equal(("finance", CostHouse.At("2026-03-02T13:07Z"), null), (c.By, c.RecordedAt, c.Rerating)));
        Assert.Equal(
            """{"fleet":"f1","from":"2026-03-02T13:00:00+00:00","costPerHour":2.5,"currency":"USD","recordedAt":"2026-03-02T13:07:00+00:00","recordedBy":"finance","reason":"a new contract"}""",
            changes[0].Fact);
    }

    [Fact]
    public async Task The_list_is_narrowed_by_kind_fleet_model_and_record_time_and_read_page_by_page()
    {
        await using var house = await CostHouse.OpenAsync("2026-03-02T13:00Z");
        for (var i = 1; i <= 3; i++)
        {
            await house.RateAsync("m", "2026-03-01T00:00Z", i, 2m);
            await house.FleetAsync($"f{i}", "2026-03-03T00:00Z", null, i);
            house.Clock.Now += TimeSpan.FromHours(1);
        }

        Assert.Equal(["m", "m", "m"], await OfAsync(new() { Kinds = [BookSubjectKind.RateCard] }));
        Assert.Equal(["f2"], await OfAsync(new() { Fleets = ["f2"] }));
        Assert.Equal(["m", "m", "m"], await OfAsync(new() { Models = ["m"], Backdated = true }));
        Assert.Empty(await OfAsync(new() { Fleets = ["f2"], Backdated = true }));
        Assert.Equal(["m", "f2"], await OfAsync(new() { Since = CostHouse.At("2026-03-02T14:00Z"), Until = CostHouse.At("2026-03-02T15:00Z") }));
        var (pages, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = await house.ChangesAsync(first: 4, after: cursor);
            pages.Add(string.Join(' ', page.Nodes.Select(c => c.Fleet ?? c.Model)));
            cursor = page.PageInfo.HasNextPage ? page.PageInfo.EndCursor : null;
        }
        while (cursor is not null);
        Assert.Equal(["m f1 m f2", "m f3"], pages);

        async Task<IReadOnlyList<string>> OfAsync(BookChangeFilter where) => [.. (await house.ChangesAsync(where)).Nodes.Select(c => c.Fleet ?? c.Model!)];
    }
}
