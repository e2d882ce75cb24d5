using System.Diagnostics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>What a command on a budget makes happen.</summary>
public static class BudgetDecider
{
    /// <exception cref="RejectedException">The command cannot be done; nothing happens.</exception>
    public static IReadOnlyList<BudgetEvent> Decide(BudgetCommand command, Budget state) => (command, state) switch
    {
        (CreateBudget c, Budget.NonExisting) => [new BudgetCreated(c.Id, c.Terms, c.Now, c.By)],
        (CreateBudget c, Budget.Open open) => Change(open, Restated(c, open.Terms.Period), c.Now, c.By),
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

    // A file without a start meant another month when it was first applied; it is the same file.
    private static BudgetTerms Restated(CreateBudget said, BudgetPeriod present) =>
        !said.SaysStart && said.Terms.Period.IsAs(present) ? said.Terms with { Period = present } : said.Terms;

    public static Budget Evolve(Budget state, BudgetEvent happened) => (state, happened) switch
    {
        (Budget.NonExisting, BudgetCreated e) => new Budget.Open(e.Id, e.Terms, []),
        (Budget.Open open, BudgetChanged e) => open with { Terms = e.Terms },
        (Budget.Open open, BudgetClosed) => new Budget.Closed(open.Id, open.Terms),
        (Budget.Open open, PeriodEvent e) => Folded(open, e),
        // A crossing that was recorded before the budget closed.
        (Budget.Closed, PeriodEvent) => state,
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
        if (!terms.Scope.Equals(open.Terms.Scope))
            flaws.Add(new Rejection("budget_scope_fixed", "scope", "A budget keeps its scope; close it and create another."));
        if (flaws.Count > 0) throw new RejectedException(flaws);
        return terms == open.Terms ? [] : [new BudgetChanged(open.Id, terms, now, by)];
    }

    /// <summary>In ascending order: a record that jumps three thresholds gives three crossings.</summary>
    private static List<BudgetEvent> Crossings(RecordSpend spend, Budget.Open open)
    {
        Invariant.Require(spend.Spend.Currency == open.Terms.Amount.Currency, "spend is in the budget's currency");
        if (spend.Anomaly is { Expectation.Most: var most })
        {
            return open.Terms.Anomaly is null ? []
                : [.. new[] { OfThreshold(spend, open, new Money(most, spend.Spend.Currency), new Crossing(spend.Period.From, 100m, ThresholdKind.Anomaly), most) }.OfType<BudgetEvent>()];
        }

        var amount = new Money(spend.Limit ?? open.Terms.Amount.Amount, open.Terms.Amount.Currency);
        return open.Terms.Limits(amount.Amount)
            .Select(t => OfThreshold(spend, open, amount, new Crossing(spend.Period.From, t.Value, t.Kind), t.Limit)).OfType<BudgetEvent>().ToList();
    }

    private static PeriodEvent? OfThreshold(RecordSpend spend, Budget.Open open, Money amount, Crossing crossing, decimal limit)
    {
        var (terms, life) = (open.Terms, open.LifeOf(crossing));
        var isForecast = crossing.Kind == ThresholdKind.Forecast;
        if (ReachedOf(spend, crossing.Kind) is not { } reached) return null;
        var mayTakeBack = spend.MayTakeBack || crossing.Kind is ThresholdKind.Drift or ThresholdKind.Target or ThresholdKind.Silence;
        var isQuiet = spend.Backfilled && !terms.DeliverBackfilled;
        return (open.Crossed.Contains(crossing), life.IsRetracted, Reaches(terms, crossing.Kind, reached, limit)) switch
        {
            (false, _, true) when IsOfMeasure(crossing.Kind) && spend.DayBefore is { } before && terms.Measure.Reaches(before, limit) => null,
            (false, _, true) => new ThresholdCrossed(
                open.Id, terms.Tenant, terms.Measure, spend.Period, crossing.ThresholdPercent, amount, spend.Spend, isQuiet, spend.Now)
            {
                Kind = crossing.Kind,
                Forecast = isForecast ? reached : null,
                Cause = CauseOf(spend, terms, crossing.Kind),
            },
            // What was foreseen was foreseen: only what is in the books is taken back.
            (true, _, false) when isForecast => null,
            (true, true, true) => new ThresholdRecrossed(
                open.Id, terms.Tenant, terms.Measure, spend.Period, crossing.ThresholdPercent, amount, spend.Spend,
                Suppressed: isQuiet || life.IsQuiet || life.ReturnTold, spend.Now)
            {
                Kind = crossing.Kind,
            },
            (true, false, false) when mayTakeBack && Recovers(terms, crossing.Kind, reached, limit) => new ThresholdRetracted(
                open.Id, terms.Tenant, terms.Measure, spend.Period, crossing.ThresholdPercent, amount, spend.Spend,
                Suppressed: isQuiet || life.IsQuiet || life.RetractionTold, spend.Now)
            {
                Kind = crossing.Kind,
            },
            (true, false, _) when spend.MayRemind && life.IsReminderDue(terms, spend.Now) => new ThresholdRenotified(
                open.Id, terms.Tenant, terms.Measure, spend.Period, crossing.ThresholdPercent, amount, spend.Spend,
                Suppressed: false, spend.Now, life.Reminders + 1)
            {
                Kind = crossing.Kind,
            },
            _ => null,
        };
    }

    private static decimal? ReachedOf(RecordSpend spend, ThresholdKind kind) => kind switch
    {
        ThresholdKind.Anomaly => spend.Spend.Amount,
        ThresholdKind.Percent or ThresholdKind.Absolute => spend.Share is { IsEnough: false } ? null : spend.Spend.Amount,
        ThresholdKind.Forecast => spend.Forecast,
        ThresholdKind.Drift => spend.Drift?.Percent,
        ThresholdKind.Target => spend.Drift?.PercentOfTarget,
        ThresholdKind.Silence => spend.SilentHours,
        _ => throw new UnreachableException(kind.ToString()),
    };

    private static bool IsOfMeasure(ThresholdKind kind) => kind is ThresholdKind.Percent or ThresholdKind.Absolute;

    // Only of the measure itself little may be bad; a forecast, a drift and a silence grow.
    private static bool Reaches(BudgetTerms terms, ThresholdKind kind, decimal reached, decimal limit) =>
        IsOfMeasure(kind) ? terms.Measure.Reaches(reached, limit) : reached >= limit;

    private static bool Recovers(BudgetTerms terms, ThresholdKind kind, decimal reached, decimal limit) =>
        IsOfMeasure(kind) ? terms.Measure.Recovers(reached, limit)
        : reached < (terms.Measure.IsRatio() ? limit * (1 - BudgetMeasures.Hysteresis) : limit);

    private static string? CauseOf(RecordSpend spend, BudgetTerms terms, ThresholdKind kind) => kind switch
    {
        ThresholdKind.Silence => FormattableString.Invariant($"No usage of {terms.Scope} for {spend.SilentHours:0.##} hours."),
        ThresholdKind.Drift => spend.Drift!.Cause,
        ThresholdKind.Target => spend.Drift!.TargetCause,
        ThresholdKind.Anomaly => spend.Anomaly!.Cause,
        _ => spend.Share?.Cause ?? (terms.Measure.IsRatio() ? spend.Drift?.Cause : null),
    };

    private static Budget.Open Folded(Budget.Open open, PeriodEvent happened)
    {
        var life = open.LifeOf(happened.Crossing);
        var next = happened switch
        {
            ThresholdCrossed => life with { IsQuiet = happened.Suppressed, StandsSince = happened.At },
            ThresholdRetracted => life with { IsRetracted = true, RetractionTold = life.RetractionTold || !happened.Suppressed },
            ThresholdRecrossed => life with { IsRetracted = false, ReturnTold = life.ReturnTold || !happened.Suppressed, StandsSince = happened.At },
            ThresholdRenotified told => life with { RemindedAt = told.At, Reminders = told.Ordinal },
            _ => throw new UnreachableException(happened.GetType().Name),
        };
        return open with
        {
            Crossed = open.Crossed.Add(happened.Crossing),
            Lives = next == CrossingLife.Crossed ? open.Lives.Remove(happened.Crossing) : open.Lives.SetItem(happened.Crossing, next),
            Folded = open.Folded.SetItem(happened.Period.From, open.Folded.GetValueOrDefault(happened.Period.From) + 1),
        };
    }

    private static RejectedException Refused(string code, string field, string message) => new(new Rejection(code, field, message));
}
