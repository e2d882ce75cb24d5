using System.Diagnostics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

public abstract record BudgetCommand;

/// <summary>Creates it; on an open budget of the same tenant it changes it, so that the same file may be applied again.</summary>
public sealed record CreateBudget(BudgetId Id, BudgetTerms Terms, DateTimeOffset Now, string By) : BudgetCommand;

/// <param name="Change">New terms from the present ones; it may refuse.</param>
public sealed record ChangeBudget(BudgetId Id, Func<BudgetTerms, BudgetTerms> Change, DateTimeOffset Now, string By) : BudgetCommand;

public sealed record CloseBudget(BudgetId Id, DateTimeOffset Now, string By) : BudgetCommand;

/// <summary>What the books say a period's spend is now. Spend is read from the books, never counted up here.</summary>
/// <param name="Backfilled">The records were in before the budget said so: a crossing is delivered only where the terms say so.</param>
public sealed record RecordSpend(Window Period, Money Spend, DateTimeOffset Now, bool Backfilled) : BudgetCommand;

public abstract record BudgetEvent;

public sealed record BudgetCreated(BudgetId Id, BudgetTerms Terms, DateTimeOffset At, string By) : BudgetEvent;

public sealed record BudgetChanged(BudgetId Id, BudgetTerms Terms, DateTimeOffset At, string By) : BudgetEvent;

public sealed record BudgetClosed(BudgetId Id, DateTimeOffset At, string By) : BudgetEvent;

/// <param name="Suppressed">Listed, not delivered.</param>
public sealed record ThresholdCrossed(
    BudgetId Id, TenantId Tenant, BudgetMeasure Measure, Window Period, decimal ThresholdPercent, Money Amount, Money Spend,
    bool Suppressed, DateTimeOffset At) : BudgetEvent
{
    public Crossing Crossing => new(Period.From, ThresholdPercent);
}

/// <summary>What a command on a budget makes happen.</summary>
public static class BudgetDecider
{
    /// <exception cref="RejectedException">The command cannot be done; nothing happens.</exception>
    public static IReadOnlyList<BudgetEvent> Decide(BudgetCommand command, Budget state) => (command, state) switch
    {
        (CreateBudget c, Budget.NonExisting) => [new BudgetCreated(c.Id, c.Terms, c.Now, c.By)],
        (CreateBudget c, Budget.Open open) => Change(open, c.Terms, c.Now, c.By),
        (ChangeBudget c, Budget.Open open) => Change(open, c.Change(open.Terms), c.Now, c.By),
        (CloseBudget c, Budget.Open open) => [new BudgetClosed(open.Id, c.Now, c.By)],
        (CloseBudget, Budget.Closed) => [],
        (RecordSpend spend, Budget.Open open) => Crossings(spend, open),
        (RecordSpend, Budget.Closed) => [],
        (CreateBudget or ChangeBudget, Budget.Closed) =>
            throw Refused("budget_closed", "id", "The budget is closed; create one with another id."),
        (ChangeBudget or CloseBudget, Budget.NonExisting) =>
            throw Refused("budget_unknown", "id", "There is no budget with this id."),
        _ => throw new UnreachableException($"{command.GetType().Name} on {state.GetType().Name}"),
    };

    public static Budget Evolve(Budget state, BudgetEvent happened) => (state, happened) switch
    {
        (Budget.NonExisting, BudgetCreated e) => new Budget.Open(e.Id, e.Terms, []),
        (Budget.Open open, BudgetChanged e) => open with { Terms = e.Terms },
        (Budget.Open open, BudgetClosed) => new Budget.Closed(open.Id, open.Terms),
        (Budget.Open open, ThresholdCrossed e) => open with { Crossed = open.Crossed.Add(e.Crossing) },
        // A crossing that was recorded before the budget closed.
        (Budget.Closed, ThresholdCrossed) => state,
        _ => throw new UnreachableException($"{happened.GetType().Name} after {state.GetType().Name}"),
    };

    private static IReadOnlyList<BudgetEvent> Change(Budget.Open open, BudgetTerms terms, DateTimeOffset now, string by)
    {
        if (terms.Tenant != open.Terms.Tenant) throw Refused("budget_id_taken", "id", "Another budget has this id; choose another.");
        var flaws = new List<Rejection>();
        if (terms.Period != open.Terms.Period)
            flaws.Add(new Rejection("budget_period_fixed", "period", "A budget keeps its period; close it and create another."));
        if (terms.Amount.Currency != open.Terms.Amount.Currency)
            flaws.Add(new Rejection("budget_currency_fixed", "currency", "A budget keeps its currency; close it and create another."));
        if (terms.Measure != open.Terms.Measure)
            flaws.Add(new Rejection("budget_measure_fixed", "measure", "A budget keeps its measure; close it and create another."));
        if (flaws.Count > 0) throw new RejectedException(flaws);
        return terms == open.Terms ? [] : [new BudgetChanged(open.Id, terms, now, by)];
    }

    /// <summary>Only new crossings, in ascending order: a record that jumps three thresholds gives three.</summary>
    private static List<BudgetEvent> Crossings(RecordSpend spend, Budget.Open open)
    {
        var terms = open.Terms;
        Invariant.Require(spend.Spend.Currency == terms.Amount.Currency, "spend is in the budget's currency");
        return terms.Thresholds.Percents
            .Where(percent => spend.Spend.Amount >= BudgetRules.Limit(terms.Amount.Amount, percent))
            .Where(percent => !open.Crossed.Contains(new Crossing(spend.Period.From, percent)))
            .Select(BudgetEvent (percent) => new ThresholdCrossed(
                open.Id, terms.Tenant, terms.Measure, spend.Period, percent, terms.Amount, spend.Spend,
                Suppressed: spend.Backfilled && !terms.DeliverBackfilled, spend.Now))
            .ToList();
    }

    private static RejectedException Refused(string code, string field, string message) => new(new Rejection(code, field, message));
}
