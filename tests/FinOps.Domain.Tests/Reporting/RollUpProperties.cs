using CsCheck;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

public sealed class RollUpProperties
{
    private const int Hours = 8;

    // f2 is not registered, m2 has no card, m1 has one from later on, f1 stops to cost.
    private static readonly Books TheBooks = Books(
        [Fleet("f0", 7.3333333333m, fromHour: 0.5), Fleet("f0", 11.1m, fromHour: 3.25), Fleet("f1", 0.1234567m, toHour: 5)],
        [Rates("m0", 0.3333333333m, 1.7m), Rates("m1", 2m, 3.0000000001m, fromHour: 1.75)],
        [Target("f0", "m0", 1.5m), Target("f1", "m1", 0.2m), Targets.Modelled.Target("f0", "m2")]);

    private static readonly Gen<UsageSlot[]> GenUsage =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, (Hours * 4) - 1], Gen.Long[0, 9_999], Gen.Long[0, 999]).Array[0, 60]
            .Select(parts => parts
                .DistinctBy(p => (p.Item1, p.Item2, p.Item3, p.Item4))
                .Select(p => Used($"t{p.Item1}", $"m{p.Item2}", p.Item3 == 3 ? null : $"f{p.Item3}", p.Item4 / 4.0, p.Item5, p.Item6))
                .ToArray());

    private static readonly Gen<Asked> GenAsked = Gen.Select(
        Gen.Int[0, 7], Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool, Gen.Int[1, 15],
        (groups, hourly, tenants, models, fleets, showsCost, cut) => new Asked(
            [
                .. (groups & 1) == 0 ? Array.Empty<Dimension>() : [Dimension.Tenant],
                .. (groups & 2) == 0 ? Array.Empty<Dimension>() : [Dimension.Model],
                .. (groups & 4) == 0 ? Array.Empty<Dimension>() : [Dimension.Fleet],
                .. hourly ? [Dimension.Hour] : Array.Empty<Dimension>(),
            ],
            tenants == 0 ? null : [$"t{tenants}", "t0"],
            models == 0 ? null : [$"m{models - 1}"],
            fleets == 0 ? null : [$"f{fleets - 1}"],
            showsCost, cut));

    [Fact]
    public void A_report_summed_from_roll_ups_is_that_summed_from_quarter_hours()
    {
        Check.Sample(Gen.Select(GenUsage, GenAsked), (usage, asked) =>
        {
            var question = Question(asked);
            var sums = new RollUpSums(question);
            // As the platform does: a fleet comes in by usage that is shown, or by its cost where idle cost is.
            var used = usage.Where(u => question.Shows(u.Series)).Select(u => u.Series.Fleet).ToHashSet();
            var costing = question.ShowsIdle ? TheBooks.Fleets.Fleets.Where(question.Shows).Select(f => (FleetId?)f) : [];
            var read = usage.Where(u => used.Contains(u.Series.Fleet)).ToArray();
            var whole = Ask(TheBooks, read, asked.GroupBy, 0, Hours, asked.Tenants, asked.Models, asked.Fleets, asked.ShowsCost);
            foreach (var fleet in used.Union(costing))
            {
                foreach (var (from, to) in Spans(asked)) sums.Add(fleet, QuarterHour.Holding(Start.AddHours(from)), RollUpOf(usage, fleet, from, to));
            }

            // Where nothing shown has a price or a cost, which currency there would be may be left to the quarter-hours.
            if (sums.Finish() is { } summary) Assert.Equal(Text(whole), Text(summary));
            else Assert.Equal((null, null), (whole.Total.Charge, whole.Total.Cost));
        });
    }

    [Fact]
    public void What_is_in_two_currencies_is_left_to_the_quarter_hours()
    {
        var usage = new[] { Used("t0", "m0", null, 0, 1, 1), Used("t0", "m1", null, 1, 1, 1) };
        var books = Books(rates: [Rates("m0", 1, 1), Rates("m1", 1, 1, currency: "EUR")]);
        var sums = new RollUpSums(Question(new Asked([], null, null, null, true, 4)));
        for (var hour = 0; hour < 2; hour++)
        {
            var hours = usage.Where(u => u.Slot == usage[hour].Slot).ToArray();
            sums.Add(null, usage[hour].Slot, new RollUp(Ask(books, hours, [Dimension.Tenant, Dimension.Model], hour, hour + 1, models: ["m0", "m1"]), keepsBoth: true));
        }

        Assert.Null(sums.Finish());
    }

    /// <summary>Whole hours, or where hours are not asked for any two stretches.</summary>
    private static IEnumerable<(double From, double To)> Spans(Asked asked) => asked.GroupBy.Contains(Dimension.Hour)
        ? Enumerable.Range(0, Hours).Select(h => ((double)h, h + 1.0))
        : [(0, asked.Cut / 4.0), (asked.Cut / 4.0, Hours)];

    private static RollUp RollUpOf(UsageSlot[] usage, FleetId? fleet, double from, double to) => new(
        Ask(
            TheBooks, [.. usage.Where(u => u.Series.Fleet == fleet)], [Dimension.Tenant, Dimension.Model], from, to,
            models: fleet is null ? ["m0", "m1", "m2"] : null, fleets: fleet is { } known ? [known.Value] : null),
        keepsBoth: true);

    private static UnitCostQuestion Question(Asked asked) => new()
    {
        Window = new Window(Start, Start.AddHours(Hours)),
        GroupBy = asked.GroupBy,
        Buckets = asked.GroupBy.Contains(Dimension.Hour)
            ? new TimeBuckets([.. Enumerable.Range(0, Hours).Select(h => QuarterHour.Holding(Start.AddHours(h)))])
            : TimeBuckets.None,
        Tenants = asked.Tenants?.Select(t => new TenantId(t)).ToHashSet(),
        Models = asked.Models?.Select(m => new ModelId(m)).ToHashSet(),
        Fleets = asked.Fleets?.Select(f => new FleetId(f)).ToHashSet(),
        ShowsCost = asked.ShowsCost,
        Now = Later,
    };

    /// <summary>Every figure with its digits, trailing zeros included.</summary>
    private static string Text(UnitCostSummary summary) => System.Text.Json.JsonSerializer.Serialize(new
    {
        rows = summary.Rows.Select(r => new { key = r.Key.ToString(), cell = Figures(r.Cell) }),
        total = Figures(summary.Total),
        currency = summary.Currency?.Code,
        summary.UnpricedModels,
        summary.WeightSets,
    });

    private static object Figures(UnitCostCell cell) => new
    {
        cell.Records,
        cell.FailedRecords,
        cell.IncompleteRecords,
        cell.UncostedRecords,
        cell.UnpricedTokens,
        cell.InheritedTokens,
        cell.TargetedTokens,
        quantities = cell.Quantities.AsSpan().ToArray(),
        cell.Cost,
        cell.Charge,
        cell.CostPerMillionTokens,
        cell.TargetPerMillionTokens,
        cell.VariancePerMillionTokens,
        cell.TargetedShare,
        cell.AskedTargetPerMillionTokens,
        effects = Enum.GetValues<VarianceEffect>().Select(e => cell.Targets?.Of(e)),
    };

    private sealed record Asked(Dimension[] GroupBy, string[]? Tenants, string[]? Models, string[]? Fleets, bool ShowsCost, int Cut);
}
