using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Reporting;

public sealed class AllocationBalanceTests
{
    private static readonly Window Day = new(Costs.Start, Costs.Start.AddHours(3));
    private static readonly TimeBuckets Hours = new([.. Enumerable.Range(0, 3).Select(h => QuarterHour.Holding(Costs.Start.AddHours(h)))]);

    [Fact]
    public void What_work_carries_and_what_none_carries_sum_to_the_cost_of_each_hour()
    {
        var books = Costs.Books([Costs.Fleet("f1", 10m)]);
        var rows = Costs.Ask(
            books, [Costs.Used("acme", "m", "f1", 0, 7, 0), Costs.Used("globex", "m", "f1", 0, 3, 0)], [Dimension.Fleet, Dimension.Hour], toHour: 3).Rows;

        var balances = AllocationBalance.Of(CostsOf(books), rows, Hours);

        Assert.Equal([(10m, 10m, 0m), (10m, 0m, 10m), (10m, 0m, 10m)], balances.Select(b => (b.Cost, b.Usage, b.Idle)));
        Assert.All(balances, b => Assert.Equal(0, b.Difference));
    }

    [Fact]
    public void A_share_that_is_lost_and_one_that_nobody_paid_for_are_both_found()
    {
        var books = Costs.Books([Costs.Fleet("f1", 10m, toHour: 2)]);
        var rows = Costs.Ask(books, [Costs.Used("acme", "m", "f1", 0, 7, 0)], [Dimension.Fleet, Dimension.Hour], toHour: 3).Rows;

        var lost = AllocationBalance.Of(CostsOf(books), rows.Where(r => r.Key.Kind != RowKind.Idle), Hours);
        var unpaid = AllocationBalance.Of(CostsOf(Costs.Books([Costs.Fleet("f1", 9m, toHour: 1)])), rows, Hours);

        Assert.Equal([0m, -10m], lost.Select(b => b.Difference));
        Assert.Equal([1m, 10m], unpaid.Select(b => b.Difference));
    }

    private static List<(FleetId, int, FleetHourCost)> CostsOf(Books books) =>
        [.. books.Fleets.Fleets.SelectMany(f => FleetHours.Within(books.Fleets, f, Day, Costs.Later).Select(h => (f, h.Hour, h.Cost)))];
}
