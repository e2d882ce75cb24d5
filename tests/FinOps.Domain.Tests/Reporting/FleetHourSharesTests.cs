using CsCheck;
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
