using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>What a hard budget does while its books are away.</summary>
public enum WhenAway
{
    /// <summary>Granted, and counted when its record comes: calls matter more than the limit.</summary>
    Open,

    /// <summary>Not granted: the limit matters more than calls.</summary>
    Closed,
}

/// <summary>Which budgets can refuse, and what only those say.</summary>
public static class HardRules
{
    /// <summary>
    /// Whether a call's part of it is known with the call. Cost is not: an hour's is shared over all usage of its fleet, and told when the hour
    /// is over. A quotient has no parts at all.
    /// </summary>
    public static bool CanBeHeld(this BudgetMeasure measure) => measure is BudgetMeasure.Charge or BudgetMeasure.Tokens
        or BudgetMeasure.InputTokens or BudgetMeasure.OutputTokens or BudgetMeasure.Requests;

    internal static IEnumerable<Rejection> Flaws(BudgetDraft draft)
    {
        if (draft.Kind == BudgetKind.Hard && !draft.Measure.CanBeHeld())
            yield return new Rejection("kind_unsupported", "kind", $"No gateway can say before a call what it adds to {draft.Measure}; a HARD budget is on CHARGE, tokens or REQUESTS.");
        if (draft.Kind != BudgetKind.Hard && draft.WhenAway is not null)
            yield return new Rejection("when_away_unwanted", "whenAway", "Only a HARD budget is asked before a call; leave it out, or make the kind HARD.");
    }
}
