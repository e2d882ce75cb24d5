using System.Globalization;
using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>
/// Tells the causes of a gap, the largest first: those of hours by fleet, those of what was asked by fleet and model. What weights move from one model of
/// a fleet to another is no cause of the fleet's gap, and shows only where a part of the fleet is asked for.
/// </summary>
public static class ExplainVariance
{
    private static readonly VarianceEffect[] OfFleets = [VarianceEffect.Price, VarianceEffect.Utilisation, VarianceEffect.Throughput, VarianceEffect.Weighting];

    private static readonly VarianceEffect[] OfModels = [VarianceEffect.ClassMix, VarianceEffect.LengthMix, VarianceEffect.Cache, VarianceEffect.Unexplained];

    private static readonly (FleetState State, string Words)[] NotServing =
    [
        (FleetState.Unplaced, "without a model"), (FleetState.Loaded, "loaded and asked nothing"), (FleetState.Draining, "draining"),
        (FleetState.WarmUp, "warming up"),
    ];

    /// <param name="evidence">What stands behind the effects.</param>
    /// <param name="gap">Actual less target.</param>
    /// <param name="currency">Of all amounts.</param>
    /// <returns>By falling amount, whatever its sign; their money sums to the gap.</returns>
    public static IReadOnlyList<VarianceExplanation> Of(VarianceEvidence evidence, decimal gap, Currency currency)
    {
        var causes = evidence.Fleets.SelectMany(f => OfFleets.Select(e => (Effect: e, f.Fleet, Model: (ModelId?)null, Money: f.Of(e), Why: Why(e, f, currency))))
            .Concat(evidence.Models.SelectMany(m => OfModels.Select(e => (Effect: e, m.Fleet, Model: (ModelId?)m.Model, Money: m.Of(e), Why: Why(e, m)))))
            .Where(c => c.Money != 0).ToList();
        Invariant.Require(causes.Sum(c => c.Money) == gap, "the causes of a gap sum to it");
        return
        [
            .. causes.OrderByDescending(c => Math.Abs(c.Money)).ThenBy(c => c.Effect).ThenBy(c => c.Fleet.Value, StringComparer.Ordinal)
                .ThenBy(c => c.Model?.Value, StringComparer.Ordinal)
                .Select(c => new VarianceExplanation(
                    c.Effect, c.Fleet, c.Model, c.Money, gap == 0 ? null : UnitCostCell.Figure(c.Money / gap), $"{Prefix(c.Money, gap)}: {c.Why}.")),
        ];
    }

    private static string Prefix(decimal money, decimal gap) => gap == 0 ? (money > 0 ? "More" : "Less")
        : money / gap < 0 ? $"{Percent(-money / gap)} of the gap the other way"
        : $"{Percent(money / gap)} of the gap";

    private static string Why(VarianceEffect effect, FleetEvidence fleet, Currency currency) => effect switch
    {
        VarianceEffect.Price => fleet.ThereByDesign > 0
            ? $"an accelerator-hour of fleet {fleet.Fleet} cost {Amount(fleet.Cost / fleet.ThereByDesign)} {currency} instead of {Amount(fleet.CostByDesign / fleet.ThereByDesign)}"
            : $"tokens of fleet {fleet.Fleet} were bought at other prices than the target's",
        VarianceEffect.Utilisation => Idle(fleet),
        VarianceEffect.Weighting =>
            $"this work carried {Amount(Math.Abs(fleet.Of(effect)))} {currency} {(fleet.Of(effect) > 0 ? "more" : "less")} of the hours of fleet {fleet.Fleet} than by the weights of its targets",
        _ => fleet.Busy > 0
            ? $"busy accelerators of fleet {fleet.Fleet} did {Percent(fleet.Standard / fleet.Busy)} of what the target says they can"
            : $"fleet {fleet.Fleet} did work and reported that it was not busy",
    };

    /// <summary>How idle it was and, where it told, in which states; what it could do is its own word, or else the target's.</summary>
    private static string Idle(FleetEvidence fleet)
    {
        var all = fleet.There + fleet.Idle;
        if (all == 0) return $"fleet {fleet.Fleet} cost money in hours without tokens";
        var design = fleet.ThereByDesign > 0 ? $", by design {Percent(1 - fleet.BusyByDesign / fleet.ThereByDesign)}" : "";
        var states = NotServing.Where(s => fleet.In(s.State) > 0).Select(s => $"{Percent(fleet.In(s.State) / fleet.Reported)} {s.Words}").ToList();
        var told = states.Count == 0 ? "" : $"; it reported {string.Join(", ", states)}";
        var source = fleet.UnreportedCost > fleet.ReportedCost ? "; it reported no capacity, so what the target says it can do is the measure" : "";
        return $"fleet {fleet.Fleet} was idle {Percent(1 - fleet.Busy / all)} of its accelerator-hours{design}{told}{source}";
    }

    private static string Why(VarianceEffect effect, ModelEvidence model)
    {
        var where = $"{model.Model} on {model.Fleet}";
        if (effect == VarianceEffect.Unexplained || model.Design is not { } design)
            return $"the {(model.Kind == TargetKind.Contractual ? "contractual" : "manual")} target of {where} knows only money and no causes";
        var asked = model.Quantities;
        return effect switch
        {
            VarianceEffect.ClassMix => $"{Percent(Part(asked.OutputTotal, asked.Total))} of the tokens of {where} were output, by design {Percent(design.OutputShare)}",
            VarianceEffect.LengthMix =>
                $"a call of {where} had {Count(Part(asked.InputTotal, model.Calls))} tokens in and {Count(Part(asked.OutputTotal, model.Calls))} out, by design {Count(design.Prompt)} and {Count(design.Output)}",
            _ => $"{Percent(Part(asked[UnitClass.CacheRead], asked.InputTotal))} of the input of {where} came from the cache, by design {Percent(design.Cached)}",
        };
    }

    private static decimal Part(long part, long whole) => whole == 0 ? 0 : (decimal)part / whole;

    private static string Amount(decimal money) => money.ToString("0.00##", CultureInfo.InvariantCulture);

    private static string Count(decimal tokens) => tokens.ToString("#,##0", CultureInfo.InvariantCulture);

    /// <summary>Whole percents, with a decimal where they come near nothing or all.</summary>
    private static string Percent(decimal share) => Math.Abs(share) switch
    {
        > 0 and < 0.0005m => "less than 0.1 %",
        > 0 and < 0.095m or > 0.99m and < 1 => $"{(share * 100).ToString("0.0", CultureInfo.InvariantCulture)} %",
        _ => $"{(share * 100).ToString("0", CultureInfo.InvariantCulture)} %",
    };
}
