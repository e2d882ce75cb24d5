using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

/// <summary>The example of docs/rerating.md: fleet f1, ten an hour, used in its first hour by two tenants and in its second by none.</summary>
public sealed class RatingComparisonTests
{
    private static readonly UsageSlot[] Usage = [Used("acme", "m", "f1", 0, 1_000_000, 500_000), Used("globex", "m", "f1", 0.5, 1_000_000, 0)];

    private static readonly Books Known = Books([Fleet("f1", 10m, toHour: 2)], [Rates("m", 1m, 2m)], [Target("f1", "m", 4m)]);

    [Fact]
    public void A_higher_rate_moves_the_charge_of_who_used_the_class_and_nothing_else()
    {
        var moved = Compare(Known, Books([Fleet("f1", 10m, toHour: 2)], [Rates("m", 1m, 3m)], [Target("f1", "m", 4m)]));

        var row = Assert.Single(moved.Rows);
        Assert.Equal("acme", row.Key.Tenant);
        Assert.Equal((2m, 2.5m), (row.Before.Charge, row.After.Charge));
        Assert.Equal((7.5m, 7.5m), (row.Before.Cost, row.After.Cost));
        Assert.Equal((1, 0), (moved.AtomsMoved, moved.IdleHoursMoved));
    }

    [Fact]
    public void A_higher_cost_moves_each_share_and_the_idle_hour()
    {
        var moved = Compare(Known, Books([Fleet("f1", 12m, toHour: 2)], [Rates("m", 1m, 2m)], [Target("f1", "m", 4m)]));

        Assert.Equal(["acme", "globex", null], moved.Rows.Select(r => r.Key.Tenant));
        Assert.Equal([7.5m, 2.5m, 10m], moved.Rows.Select(r => r.Before.Cost));
        Assert.Equal([9m, 3m, 12m], moved.Rows.Select(r => r.After.Cost));
        Assert.Equal((20m, 24m), (moved.Before.Cost, moved.After.Cost));
        Assert.Equal((3m, 3m), (moved.Before.Charge, moved.After.Charge));
        Assert.Equal((2, 1), (moved.AtomsMoved, moved.IdleHoursMoved));
    }

    [Fact]
    public void A_target_moves_what_tokens_should_have_cost()
    {
        var moved = Compare(Known, Books([Fleet("f1", 10m, toHour: 2)], [Rates("m", 1m, 2m)], [Target("f1", "m", 5m)]));

        // 1.5 and 1 million tokens, at four and at five a million.
        Assert.Equal([6m, 4m], moved.Rows.Select(r => r.Before.TargetCost));
        Assert.Equal([7.5m, 5m], moved.Rows.Select(r => r.After.TargetCost));
        Assert.Equal(2, moved.AtomsMoved);
    }

    [Fact]
    public void What_was_not_known_before_is_null_and_not_zero()
    {
        var moved = Compare(Books(rates: [Rates("m", 1m, 2m)]), Known);

        Assert.Equal([null, null, null], moved.Rows.Select(r => r.Before.Cost));
        Assert.Equal([7.5m, 2.5m, 10m], moved.Rows.Select(r => r.After.Cost));
        Assert.Equal([2m, 1m, null], moved.Rows.Select(r => r.Before.Charge));
    }

    [Fact]
    public void The_same_books_move_nothing()
    {
        var moved = Compare(Known, Known);

        Assert.Empty(moved.Rows);
        Assert.Equal((0, 0), (moved.AtomsMoved, moved.IdleHoursMoved));
    }

    [Fact]
    public void Another_currency_is_no_difference_that_could_be_told()
    {
        var refused = Assert.Throws<RejectedException>(() => Compare(Known, Books([Fleet("f1", 12m, toHour: 2, currency: "EUR")])));

        Assert.Equal("currency_mixed", refused.Rejections[0].Code);
    }

    private static RatingDifference Compare(Books before, Books after) => ReratingProperties.Compare(before, after, Usage);
}
