using CsCheck;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing;

public sealed class GraduationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_unit_costs_what_its_place_in_the_month_says()
    {
        var steps = new Graduation(0, [(0, 4m), (1_000, 3m), (5_000, 1m)]);

        Assert.Equal(4_000m, steps.ChargeFor(0, 1_000));
        Assert.Equal(400m + 300m, steps.ChargeFor(900, 200));
        Assert.Equal(4_000m + 12_000m + 10m, steps.ChargeFor(0, 5_010));
        Assert.Equal(7m, steps.ChargeFor(1_000_000, 7));
        Assert.Equal(0m, steps.ChargeFor(1_000, 0));
    }

    [Fact]
    public void Free_units_are_the_first_ones_and_bounds_count_them()
    {
        var within = new Graduation(100, [(0, 4m), (1_000, 3m)]);
        var beyond = new Graduation(1_200, [(0, 4m), (1_000, 3m)]);

        Assert.Equal(900 * 4m + 10 * 3m, within.ChargeFor(0, 1_010));
        Assert.Equal(0m, within.ChargeFor(40, 60));
        Assert.Equal(10 * 3m, beyond.ChargeFor(0, 1_210));
        Assert.Equal(0m, beyond.ChargeFor(0, 1_200));
    }

    [Fact]
    public void Parts_one_after_the_other_sum_to_the_whole()
    {
        var steps = new Graduation(777, [(0, 0.0000012345678901m), (100_000, 0.0000007m), (5_000_000, 0.0000003333333333m)]);
        Check.Sample(Gen.Long[0, 2_000_000].Array[1, 12], parts =>
        {
            var (before, sum) = (0L, 0m);
            foreach (var part in parts)
            {
                sum += steps.ChargeFor(before, part);
                before += part;
            }

            return sum == steps.ChargeFor(0, before);
        });
    }

    [Fact]
    public void What_is_priced_as_its_parent_counts_as_its_parent()
    {
        var card = new SetRateCard("m", Start, "USD", [new SetRate("output", 4m, null), new SetRate("output", 3m, null, VolumeAboveUnits: 10)])
        {
            FreeUnitsPerMonth = [new SetFreeUnits("output", 2)],
        }.Decide(Start);
        var month = new UnitsOfMonth();

        var first = card.ChargeFor(Quantities.Of((UnitClass.Output, 6), (UnitClass.Reasoning, 3)), default, month);
        var second = card.ChargeFor(Quantities.Of((UnitClass.Output, 2), (UnitClass.Reasoning, 1)), default, month);

        Assert.Equal(new Charge(4 * 4m + 3 * 4m, 0, 3), first);
        Assert.Equal(new Charge(4m + 3m + 3m, 0, 1), second);
        Assert.Equal((12L, 0L), (month[UnitClass.Output], month[UnitClass.Reasoning]));
    }

    [Fact]
    public void A_discounted_tier_is_graduated_at_the_same_bounds()
    {
        var card = new SetRateCard("m", Start, "USD", [new SetRate("output", 4m, null), new SetRate("output", 3m, null, VolumeAboveUnits: 10)])
        {
            Discounts = [new SetDiscount("batch", 50m)],
        }.Decide(Start);
        var month = new UnitsOfMonth();

        Assert.Equal(8 * 4m, card.ChargeFor(Quantities.Of((UnitClass.Output, 8)), default, month).Amount);
        Assert.Equal(2 * 2m + 2 * 1.5m, card.ChargeFor(Quantities.Of((UnitClass.Output, 4)), RateClass.Parse("batch"), month).Amount);
    }

    [Fact]
    public void A_graduated_charge_without_its_month_is_no_charge() =>
        Assert.Throws<InvariantViolatedException>(() =>
            new SetRateCard("m", Start, "USD", [new SetRate("output", 4m, null)]) { FreeUnitsPerMonth = [new SetFreeUnits("output", 2)] }
                .Decide(Start).ChargeFor(Quantities.Of((UnitClass.Output, 1))));
}
