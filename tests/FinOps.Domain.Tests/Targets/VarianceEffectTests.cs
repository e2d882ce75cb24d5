using FinOps.Domain.Currencies;
using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Targets;

/// <summary>Each effect alone, where only its cause was planted: all others are zero to the last digit.</summary>
public sealed class VarianceEffectTests
{
    private const decimal Capacity = 29_120_000m;

    [Fact]
    public void Where_actual_is_as_designed_every_effect_is_zero()
    {
        var total = Of(Calls(8_000), capacity: Capacity);

        Assert.Equal((Modelled.Hour, Modelled.Hour, Modelled.Hour, 0m), (total.ComparedCost, total.Design, total.Asked, total.Gap));
        Assert.Empty(Effects(total));
    }

    [Fact]
    public void A_dearer_hour_is_price() => Only(VarianceEffect.Price, 3.64m, Of(Calls(8_000), perHour: 18.20m, capacity: Capacity));

    [Fact]
    public void Half_of_the_work_on_the_same_accelerators_is_utilisation()
    {
        Only(VarianceEffect.Utilisation, 7.28m, Of(Calls(4_000), capacity: Capacity));
        // Nobody told what the fleet can do: it can what the target says.
        Only(VarianceEffect.Utilisation, 7.28m, Of(Calls(4_000)));
    }

    [Fact]
    public void Accelerators_that_are_as_busy_and_do_half_of_the_work_are_throughput() =>
        Only(VarianceEffect.Throughput, 7.28m, Of(Calls(4_000), capacity: Capacity / 2));

    [Fact]
    public void More_output_than_designed_is_mix_of_classes()
    {
        // 14.56 buy 2.8 of input, a fifth of it cached, and 3.64 − 0.574 of output; at the design point so many tokens cost less.
        var (uncached, cached, output) = (2_000_000L, 500_000L, 3_127_500L);
        var total = Of([Calls(uncached, cached, output, calls: 8_000)], capacity: Capacity);

        Assert.Equal(Modelled.Hour, total.Asked);
        Only(VarianceEffect.ClassMix, Modelled.Hour - 5.6275m * 1.456m, total);
    }

    [Fact]
    public void Less_of_the_input_from_the_cache_is_cache()
    {
        // 9.1 million tokens of which none was cached cost as much as 10 million of which a fifth was.
        var total = Of([Calls(7_280_000, 0, 1_820_000, calls: 7_280)], capacity: Capacity);

        Only(VarianceEffect.Cache, 7.28m * 0.2m * (1 - 0.1m), total);
    }

    [Fact]
    public void Longer_calls_are_mix_of_lengths_and_what_they_take_the_accelerators_is_no_fault_of_theirs()
    {
        // Twice as long: uncached input 1 + 0.0001 × 1,200 ÷ 2 = 1.06, output 4 + 0.0008 × 1,125 = 4.9, so the tokens take 2.3 of 4.6 accelerators.
        var design = Modelled.Design with { InputPerContextToken = 0.0001m, OutputPerContextToken = 0.0008m };
        var total = Of([Calls(6_400_000, 1_600_000, 2_000_000, calls: 4_000)], perHour: 4.6m * 3.64m, capacity: 14_560_000m * 4.6m / 2.3m, count: 4.6m, design: design);

        Assert.Equal(16.744m, total.Asked);
        Only(VarianceEffect.LengthMix, 2.184m, total);
    }

    [Fact]
    public void Sharing_by_other_weights_moves_cost_from_one_to_the_other_and_sums_to_nothing()
    {
        UsageSlot[] usage = [Slot("in", Quantities.Of((UnitClass.UncachedInput, 6_400_000), (UnitClass.CacheRead, 1_600_000)), 8_000), Slot("out", Quantities.Of((UnitClass.Output, 2_000_000)), 8_000)];
        var even = new WeightBook([new EffectiveWeights(null, Start, new WorkWeights("even", [1, 0.1m, 1, 1, 1, 1, 1, 1, 0, 0]))]);

        var report = Ask(Books(Modelled.Hour, 4) with { Weights = even }, usage, [Dimension.Tenant], toHour: 1);
        var (given, got) = (report.Rows[0].Cell.Targets!, report.Rows[1].Cell.Targets!);

        Assert.Equal(0m, given.Of(VarianceEffect.Weighting) + got.Of(VarianceEffect.Weighting));
        Assert.True(got.Of(VarianceEffect.Weighting) < -3);
        Assert.Equal([VarianceEffect.ClassMix], report.Rows.SelectMany(r => Effects(r.Cell.Targets!)).Select(e => e.Effect).Distinct().Except([VarianceEffect.Weighting]));
    }

    [Fact]
    public void An_hour_without_tokens_is_one_utilisation_effect_on_the_idle_row()
    {
        var report = Ask(Books(18.20m, 4, hours: 2), Calls(8_000), toHour: 2);

        var idle = report.Rows.Single(r => r.Key.Kind == RowKind.Idle).Cell.Targets!;
        Only(VarianceEffect.Utilisation, 18.20m, idle);
        Assert.Equal(18.20m + 3.64m, report.Total.Targets!.Gap);
    }

    [Fact]
    public void Usage_without_a_target_stays_outside_and_its_share_is_told()
    {
        UsageSlot[] usage = [.. Calls(8_000), .. Calls(8_000, model: "other")];

        var report = Ask(Books(2 * Modelled.Hour, 8), usage, [Dimension.Model], toHour: 1);

        Assert.Equal(0.5m, report.Total.TargetedShare);
        Assert.Null(report.Rows[1].Cell.Targets);
        Assert.Empty(Effects(report.Total.Targets!));
    }

    [Fact]
    public void A_target_of_money_alone_explains_no_more_than_unused_capacity_and_says_the_rest_is_unexplained()
    {
        var books = Books(Modelled.Hour, 4) with { Targets = new TargetBook([Target("f", "m", 1m)]) };

        var dear = Ask(books, Calls(8_000), toHour: 1, activity: Active(Capacity)).Total.Targets!;
        var dearer = Ask(books, Calls(4_000), toHour: 1, activity: Active(Capacity)).Total.Targets!;
        var untold = Ask(books, Calls(4_000), toHour: 1).Total.Targets!;
        var met = Ask(books with { Targets = new TargetBook([Target("f", "m", 1.456m)]) }, Calls(8_000), toHour: 1, activity: Active(Capacity)).Total.Targets!;

        Only(VarianceEffect.Utilisation, 4.56m, dear);
        Only(VarianceEffect.Utilisation, 9.56m, dearer);
        Only(VarianceEffect.Unexplained, 9.56m, untold);
        Assert.Empty(Effects(met));
    }

    [Fact]
    public void Tokens_that_are_bought_differ_by_price_and_mix_and_nothing_stands_idle()
    {
        var line = new SetCostLine
        {
            Fleet = "f",
            Line = "sold",
            Kind = CostLineKind.Serverless,
            From = Start,
            Currency = "USD",
            Prices = [new SetTokenPrice("uncachedInput", 1.5m), new SetTokenPrice("cacheRead", 0.15m), new SetTokenPrice("output", 6m)],
        }.Decide(Start);
        var books = new Books(new RateBook([]), new FleetBook([], [], [line]), new TargetBook([Modelled.Target("f", "m")]));

        Only(VarianceEffect.Price, Modelled.Hour / 2, Ask(books, Calls(8_000), toHour: 1).Total.Targets!);
    }

    [Fact]
    public void In_another_currency_effects_are_those_of_the_target_s_at_the_declared_rate()
    {
        var books = Books(18.20m, 4) with { Exchange = new ExchangeBook([new SetExchangeRate("USD", "EUR", Start, 0.5m).Decide(Start)]) };

        var total = Ask(books, [Calls(3_640_000, 0, 910_000, calls: 3_640)], toHour: 1, activity: Active(Capacity), currency: new Currency("EUR")).Total.Targets!;
        var dollars = Ask(books, [Calls(3_640_000, 0, 910_000, calls: 3_640)], toHour: 1, activity: Active(Capacity)).Total.Targets!;

        Assert.Equal((3.64m / 2, 7.28m / 2, 0.6552m / 2), (total.Of(VarianceEffect.Price), total.Of(VarianceEffect.Utilisation), total.Of(VarianceEffect.Cache)));
        Assert.All(Enum.GetValues<VarianceEffect>(), e => Assert.Equal(dollars.Of(e) / 2, total.Of(e)));
        Assert.Equal((dollars.Gap / 2, dollars.Asked / 2), (total.Gap, total.Asked));
    }

    [Fact]
    public void By_use_no_effects_are_told()
    {
        var total = Ask(Books(Modelled.Hour, 4, hours: 2), Calls(4_000), toHour: 2, basis: CostBasis.Usage, activity: Active(Capacity)).Total.Targets!;

        Assert.False(total.HasEffects);
    }

    [Fact]
    public void By_use_a_modelled_target_says_what_the_accelerators_that_are_there_can_do()
    {
        var used = Ask(Books(Modelled.Hour, 8), Calls(4_000), toHour: 1, basis: CostBasis.Usage);

        // 4,000 calls take one accelerator-hour of eight.
        Assert.Equal([(CapacitySource.Target, Modelled.Hour)], used.Total.CapacityCosts.All);
        Assert.Equal(Modelled.Hour / 8, used.Rows[0].Cell.Cost);
        Assert.Equal(29_120_000m, Modelled.Design.WorkUnitsPerHour);
    }

    internal static FleetActivity Active(decimal capacity, decimal count = 4) => new(
        new Dictionary<FleetId, FleetPresence>
        {
            [new FleetId("f")] = FleetPresence.Of([new FleetReport(new FleetId("f"), Start, Start.AddHours(1), "h100", count, FleetState.Serving, capacity)]),
        },
        BestHours.None);

    internal static UsageSlot[] Calls(long calls, string model = "m") => [Calls(calls * 800, calls * 200, calls * 250, calls, model)];

    private static UsageSlot Calls(long uncached, long cached, long output, long calls, string model = "m") =>
        Slot("t", Quantities.Of((UnitClass.UncachedInput, uncached), (UnitClass.CacheRead, cached), (UnitClass.Output, output)), calls, model);

    private static UsageSlot Slot(string tenant, Quantities quantities, long calls, string model = "m") => new(
        new UsageSeries(new TenantId(tenant), new ModelId(model), new FleetId("f")), QuarterHour.Holding(Start), calls, 0, 0, quantities);

    private static Books Books(decimal perHour, decimal count, int hours = 1, ModelledTarget? design = null) => new(
        new RateBook([]),
        new FleetBook(
            [], [new FleetSize(new FleetId("f"), Start, "h100", count)],
            [new SetCostLine { Fleet = "f", Line = "all", Kind = CostLineKind.Hourly, From = Start, To = Start.AddHours(hours), Currency = "USD", CostPerHour = perHour }.Decide(Start)]),
        new TargetBook([Modelled.Target("f", "m", design)]));

    private static TargetSums Of(UsageSlot[] usage, decimal perHour = Modelled.Hour, decimal? capacity = null, decimal count = 4, ModelledTarget? design = null) =>
        Ask(Books(perHour, count, design: design), usage, toHour: 1, activity: capacity is { } told ? Active(told, count) : null).Total.Targets!;

    private static IEnumerable<(VarianceEffect Effect, decimal Money)> Effects(TargetSums sums) =>
        Enum.GetValues<VarianceEffect>().Select(e => (e, sums.Of(e))).Where(e => e.Item2 != 0);

    private static void Only(VarianceEffect effect, decimal money, TargetSums sums)
    {
        Assert.Equal([(effect, money)], Effects(sums));
        Assert.Equal(money, sums.Gap);
    }
}
