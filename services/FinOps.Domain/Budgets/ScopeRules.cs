using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>Reads which usage a budget counts.</summary>
internal static class ScopeRules
{
    public static BudgetScope? Read(BudgetDraft draft, List<Rejection> flaws)
    {
        var before = flaws.Count;
        NameFlaws(draft.Models, "scope.models", flaws);
        NameFlaws(draft.Fleets, "scope.fleets", flaws);
        NameFlaws([.. draft.Tags.Select(t => t.Key)], "scope.tags.key", flaws);
        NameFlaws([.. draft.Tags.Select(t => t.Value)], "scope.tags.value", flaws);
        return flaws.Count > before ? null : new BudgetScope(draft.Models, draft.Fleets, draft.Tags);
    }

    private static void NameFlaws(IReadOnlyList<string> names, string field, List<Rejection> flaws)
    {
        if (names.Count > BudgetScope.MaxNames)
            flaws.Add(new Rejection("scope_too_wide", field, $"A scope names at most {BudgetScope.MaxNames}; leave it out for all."));
        if (names.Select(Name.Flaw).FirstOrDefault(flaw => flaw is not null) is { } flaw)
            flaws.Add(new Rejection("scope_invalid", field, $"A name in the scope {flaw}."));
    }
}
