using CsCheck;
using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Targets;

public sealed class VarianceProperties
{
    private const int Hours = 4;

    private static readonly VarianceEffect[] Effects = Enum.GetValues<VarianceEffect>();

    private static readonly Gen<UsageSlot[]> GenUsage = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, (Hours * 4) - 1], Gen.Long[0, 99_999], Gen.Long[0, 49_999], Gen.Long[0, 9_999], Gen.Int[0, 30], Gen.Int[0, 1]).Array[0, 24]
        .Select(parts => parts.DistinctBy(p => (p.Item1, p.Item2, p.Item3, p.Item8)).Select(p => new UsageSlot(
            new UsageSeries(
                new TenantId($"t{p.Item1}"), new ModelId($"m{p.Item2}"), new FleetId("f"), RateClass.Parse(p.Item8 == 1 ? "200k" : "")),
            QuarterHour.Holding(Start.AddHours(p.Item3 / 4.0)), p.Item7, 0, 0,
            Quantities.Of((UnitClass.UncachedInput, p.Item4), (UnitClass.CacheRead, p.Item5), (UnitClass.Reasoning, p.Item6)))).ToArray());

    private static readonly Gen<ModelledTarget> GenDesign = Gen.Select(
        Gen.Int[1, 9_999_999], Gen.Int[1, 16], Gen.Int[1, 1_000], Gen.Select(Gen.Int[0, 9_999], Gen.Int[1, 4_000], Gen.Int[0, 100]), Gen.Int[1, 9_999_999], Gen.Int[0, 100], Gen.Int[0, 999])
        .Select((price, count, used, lengths, input, cached, slope) => new ModelledTarget(
            new Money(price / 1_000_000m, Currency.Usd), count, used / 1_000m, lengths.Item1, lengths.Item2, lengths.Item3 / 100m, input / 1_000_000m, input * cached / 100_000_000m,
            input * 3.7m / 1_000_000m, slope / 1_000_000_000m, slope / 300_000_000m));

    private static readonly Gen<FleetReport[]> GenReports = Gen.Select(Gen.Int[0, 200], Gen.Int[1, 60], Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[-20_000, 500_000]).Array[0, 6]
        .Select(reports => reports.Select(r => new FleetReport(
            new FleetId("f"), Start.AddMinutes(r.Item1), Start.AddMinutes(r.Item1 + r.Item2), "h100", r.Item3, (FleetState)r.Item4, r.Item5 < 0 ? null : r.Item5)).ToArray());

    /// <summary>Four hours each, so ten thousand fleet-hours.</summary>
    [Fact]
    public void Effects_sum_to_actual_less_target_to_the_last_digit_however_rows_are_cut()
    {
        Check.Sample(
            Gen.Select(GenUsage, GenDesign, GenReports, Gen.Long[0, 99_999_999_999], Gen.Int[0, 3], Gen.Int[1, (Hours * 4) - 1]),
            (usage, design, reports, cost, size, cut) =>
            {
                var books = BooksOf(design, cost / 1_000_000_000m, size);
                var activity = new FleetActivity(reports.GroupBy(r => r.Fleet).ToDictionary(g => g.Key, FleetPresence.Of), BestHours.None);
                var whole = Ask(books, usage, toHour: Hours, activity: activity);
                var byAll = Ask(books, usage, [Dimension.Tenant, Dimension.Model, Dimension.RateClass, Dimension.QuarterHour], toHour: Hours, activity: activity);
                var (left, right) = (Ask(books, usage, toHour: cut / 4.0, activity: activity), Ask(books, usage, fromHour: cut / 4.0, toHour: Hours, activity: activity));
                var model = Ask(books, usage, models: ["m1"], toHour: Hours, activity: activity);
                return Exact(whole.Rows) && Exact(byAll.Rows)
                    && Effects.All(e => byAll.Rows.Sum(r => Of(r.Cell, e)) == Of(whole.Total, e) && Of(left.Total, e) + Of(right.Total, e) == Of(whole.Total, e))
                    && Effects.All(e => byAll.Rows.Where(r => r.Key.Model == "m1").Sum(r => Of(r.Cell, e)) == Of(model.Total, e));
            }, iter: 2_500);
    }

    [Fact]
    public void What_weights_move_sums_to_nothing_over_a_fleet_hour_of_one_rate()
    {
        Check.Sample(Gen.Select(GenUsage, GenDesign, GenReports, Gen.Long[1, 99_999_999_999]), (usage, design, reports, cost) =>
        {
            var books = BooksOf(design, cost / 1_000_000_000m, 1) with { Targets = new TargetBook([Modelled.Target("f", "m0", design), Modelled.Target("f", "m1", design with { Output = design.Output * 2 })]) };
            var activity = new FleetActivity(reports.GroupBy(r => r.Fleet).ToDictionary(g => g.Key, FleetPresence.Of), BestHours.None);
            var hours = Ask(books, usage, [Dimension.Hour], toHour: Hours, activity: activity).Rows.Where(r => r.Key.Kind == RowKind.Usage && r.Cell.Cost > 0).ToList();
            return hours.All(r => Of(r.Cell, VarianceEffect.Weighting) == 0);
        }, iter: 1_000);
    }

    [Fact]
    public void The_causes_in_words_sum_to_the_gap()
    {
        Check.Sample(Gen.Select(GenUsage, GenDesign, GenReports, Gen.Long[0, 99_999_999_999]), (usage, design, reports, cost) =>
        {
            var activity = new FleetActivity(reports.GroupBy(r => r.Fleet).ToDictionary(g => g.Key, FleetPresence.Of), BestHours.None);
            var report = Ask(BooksOf(design, cost / 1_000_000_000m, 1), usage, toHour: Hours, activity: activity, explains: true);
            var gap = report.Total.Targets?.Gap ?? 0;
            var told = ExplainVariance.Of(report.Evidence!, gap, Currency.Usd);
            return told.Sum(t => t.Money) == gap && told.Select(t => Math.Abs(t.Money)).SequenceEqual(told.Select(t => Math.Abs(t.Money)).OrderDescending());
        }, iter: 500);
    }

    /// <summary>m0 has a modelled target, m1 one by hand, m2 none until it gets a modelled one after an hour and a half.</summary>
    private static Books BooksOf(ModelledTarget design, decimal perHour, int size)
    {
        var later = Modelled.Target("f", "m2", design with { Accelerators = 2, Utilisation = 1 }) with { From = Start.AddHours(1.5) };
        var whole = new FleetCost(new FleetId("f"), Start.AddHours(0.25), Start.AddHours(Hours), new Money(perHour, Currency.Usd), "h100", size == 0 ? null : size * 3);
        return new Books(new RateBook([]), new FleetBook([whole]), new TargetBook([Modelled.Target("f", "m0", design), Target("f", "m1", 1.37m), later]));
    }

    private static bool Exact(IEnumerable<(CellKey Key, UnitCostCell Cell)> rows) =>
        rows.All(r => r.Cell.Targets is not { } t || (t.ComparedTokens == 0 && t.Gap == 0) || Effects.Sum(t.Of) == t.Gap);

    private static decimal Of(UnitCostCell cell, VarianceEffect effect) => cell.Targets?.Of(effect) ?? 0;
}
