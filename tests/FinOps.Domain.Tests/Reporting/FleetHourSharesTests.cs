using CsCheck;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Reporting;

public sealed class FleetHourSharesTests
{
    private static readonly Gen<UsageSlot[]> GenUsage =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[0, 3], Gens.Quantities).Array[1, 20].Select(parts => parts
            .DistinctBy(p => (p.Item1, p.Item2, p.Item3))
            .Select(p => new UsageSlot(
                new UsageSeries(new TenantId($"t{p.Item1}"), new ModelId($"m{p.Item2}"), new FleetId("f")), new QuarterHour(p.Item3), 1, 0, 0, p.Item4))
            .ToArray());

    /// <summary>The same usage, each quarter-hour in up to three rate classes and tag sets.</summary>
    private static readonly Gen<UsageSlot[]> GenApart =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, 3], Gen.Int[0, 2], Gens.Quantities).Array[1, 30].Select(parts => parts
            .DistinctBy(p => (p.Item1, p.Item2, p.Item3, p.Item4))
            .Select(p => new UsageSlot(
                new UsageSeries(
                    new TenantId($"t{p.Item1}"), new ModelId($"m{p.Item2}"), new FleetId("f"),
                    new RateClass(p.Item4 == 1 ? 200_000 : 0, ServiceTier.Standard), p.Item4 == 2 ? "team=blue" : ""),
                new QuarterHour(p.Item3), 1, 0, 0, p.Item5))
            .ToArray());

    // From 0 to 1,000,000 with 12 decimals.
    private static readonly Gen<decimal> GenCost = Gen.Long[0, 1_000_000_000_000_000_000].Select(units => units * 0.000000000001m);

    [Fact]
    public void Shares_sum_to_the_fleet_hour_to_the_last_digit_and_none_is_negative()
    {
        Check.Sample(
            Gen.Select(GenCost, GenUsage),
            (cost, usage) =>
            {
                var shares = FleetHourShares.Of(cost, usage, WorkWeights.Declared1);
                return shares is null || (shares.Sum() == cost && shares.All(s => s >= 0 && decimal.Round(s, 12) == s));
            },
            iter: 10_000);
    }

    [Fact]
    public void A_share_is_less_than_two_smallest_units_off_its_exact_value()
    {
        Check.Sample(Gen.Select(GenCost, GenUsage), (cost, usage) =>
        {
            var work = usage.Select(u => WorkWeights.Declared1.Of(u.Quantities)).ToArray();
            var shares = FleetHourShares.Of(cost, usage, WorkWeights.Declared1);
            return shares is null || shares.Zip(work).All(s => Math.Abs(s.First - cost * (s.Second / work.Sum())) < 0.000000000002m);
        });
    }

    [Fact]
    public void The_order_in_which_usage_is_read_does_not_matter()
    {
        Check.Sample(Gen.Select(GenCost, GenUsage), (cost, usage) =>
        {
            var forward = FleetHourShares.Of(cost, usage, WorkWeights.Declared1);
            var backward = FleetHourShares.Of(cost, [.. usage.Reverse()], WorkWeights.Declared1);
            return forward is null ? backward is null : forward.SequenceEqual(backward!.Reverse());
        });
    }

    [Fact]
    public void What_a_meter_carries_in_a_quarter_hour_does_not_depend_on_how_its_records_are_kept_apart()
    {
        Check.Sample(Gen.Select(GenCost, GenApart), (cost, apart) =>
        {
            var together = apart.GroupBy(u => (u.Series.Tenant, u.Series.Model, u.Slot)).Select(g => new UsageSlot(
                new UsageSeries(g.Key.Tenant, g.Key.Model, new FleetId("f")), g.Key.Slot, g.Count(), 0, 0,
                g.Select(u => u.Quantities).Aggregate((a, b) => a + b))).ToArray();
            var whole = FleetHourShares.Of(cost, together, WorkWeights.Declared1);
            var parts = FleetHourShares.Of(cost, apart, WorkWeights.Declared1);
            if (whole is null) return parts is null;
            var backward = FleetHourShares.Of(cost, [.. apart.Reverse()], WorkWeights.Declared1)!;
            return parts!.SequenceEqual(backward.Reverse()) && together.Zip(whole).All(t => t.Second == apart.Zip(parts!)
                .Where(a => (a.First.Series.Tenant, a.First.Series.Model, a.First.Slot) == (t.First.Series.Tenant, t.First.Series.Model, t.First.Slot))
                .Sum(a => a.Second));
        });
    }

    [Fact]
    public void Usage_without_work_leaves_the_hour_idle() =>
        Assert.Null(FleetHourShares.Of(10m, [Costs.Used("a", "m", "f", 0, 0, 0)], WorkWeights.Declared1));

    [Fact]
    public void An_output_token_weighs_four_input_tokens() =>
        Assert.Equal(
            [2m, 8m],
            FleetHourShares.Of(10m, [Costs.Used("a", "m", "f", 0, 100, 0), Costs.Used("b", "m", "f", 0, 0, 100)], WorkWeights.Declared1)!);

    [Fact]
    public void The_declared_weights_are_those_of_the_unit_classes()
    {
        foreach (var unitClass in UnitClass.All)
            Assert.Equal(1_000 * unitClass.DeclaredWorkUnits, WorkWeights.Declared1.Of(Quantities.Of((unitClass, 1_000))));
        Assert.Equal("declared-1", WeightBook.Declared.At(QuarterHour.Holding(DateTimeOffset.UnixEpoch)).Name);
    }
}
