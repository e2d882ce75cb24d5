using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>What a budget on a share of fleets may say: percents of whole fleets, of which no more than all can be asked.</summary>
internal static class ShareRules
{
    private const decimal All = 100m;

    public static void Flaws(BudgetDraft draft, List<Rejection> flaws)
    {
        if (!draft.Measure.IsOfFleets()) return;
        if (draft.Models.Count > 0) flaws.Add(OfWholeFleets("scope.models"));
        if (draft.Tags.Count > 0) flaws.Add(OfWholeFleets("scope.tags"));
        if (draft.Raise is not null)
            flaws.Add(new Rejection("raise_of_share", "raise", $"{draft.Measure} is a share, to which nothing is added; change the amount."));
        var amounts = draft.Changes.Select(c => c.Amount).Append(draft.Amount ?? 0).ToList();
        if (amounts.Any(a => a > All))
            flaws.Add(new Rejection("amount_out_of_range", "amount", $"{draft.Measure} is in percent: an amount lies above 0 and is at most 100."));
        else ThresholdFlaws(draft, amounts.Max(), flaws);
    }

    private static void ThresholdFlaws(BudgetDraft draft, decimal most, List<Rejection> flaws)
    {
        var percents = draft.Thresholds ?? (draft.ThresholdAmounts is { Count: > 0 } || draft.NoDataAfterHours > 0 || draft.TargetThresholds is { Count: > 0 } ? [] : Thresholds.Usual.Values);
        if (percents.Any(p => p <= Thresholds.MaxPercent && SaysNothing(draft.Measure, BudgetRules.Limit(most, p)))) flaws.Add(Beyond(draft.Measure, "thresholds"));
        if (draft.ThresholdAmounts?.Any(a => SaysNothing(draft.Measure, a)) == true) flaws.Add(Beyond(draft.Measure, "thresholdAmounts"));
    }

    // Idle above all no fleet is, and busy at most wholly each one is always.
    private static bool SaysNothing(BudgetMeasure measure, decimal limit) => measure == BudgetMeasure.Utilisation ? limit >= All : limit > All;

    private static Rejection Beyond(BudgetMeasure measure, string field) => new("threshold_out_of_range", field, measure == BudgetMeasure.Utilisation
        ? "Utilisation is always at or below 100 percent; a threshold on it comes to less."
        : "An idle share is never above 100 percent; a threshold on it comes to at most that.");

    private static Rejection OfWholeFleets(string field) =>
        new("scope_of_fleets", field, "Idle time is no model's and has no tag: name fleets, or leave the scope out.");
}
