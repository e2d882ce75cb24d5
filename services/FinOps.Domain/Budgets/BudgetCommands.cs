using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

public abstract record BudgetCommand;

/// <summary>Creates it; on an open budget of the same tenant it changes it, so that the same file may be applied again.</summary>
/// <param name="SaysStart">Whether somebody said when its periods start; else an open budget keeps the start that it has.</param>
public sealed record CreateBudget(BudgetId Id, BudgetTerms Terms, DateTimeOffset Now, string By, bool SaysStart = true) : BudgetCommand;

/// <param name="Change">New terms from the present ones; it may refuse.</param>
public sealed record ChangeBudget(BudgetId Id, Func<BudgetTerms, BudgetTerms> Change, DateTimeOffset Now, string By) : BudgetCommand;

public sealed record CloseBudget(BudgetId Id, DateTimeOffset Now, string By) : BudgetCommand;

/// <summary>What the books say a period's spend is now. Spend is read from the books, never counted up here.</summary>
/// <param name="Backfilled">The records were in before the budget said so: a crossing is delivered only where the terms say so.</param>
/// <param name="MayTakeBack">
/// The spend was read after the crossings: one that it is below was crossed by what counts no longer. Else it may be older than they are.
/// </param>
public sealed record RecordSpend(Window Period, Money Spend, DateTimeOffset Now, bool Backfilled, bool MayTakeBack = false) : BudgetCommand
{
    /// <summary>The period's limit, where it is not the budget's amount.</summary>
    public decimal? Limit { get; init; }

    /// <summary>Of a rolling period: what the one that ended a day before comes to. What was crossed then already is no news today.</summary>
    public decimal? DayBefore { get; init; }

    /// <summary>What the period is foreseen to come to; null where that is not known, or nobody asks.</summary>
    public decimal? Forecast { get; init; }

    /// <summary>How the unit cost moved; null where nobody asks.</summary>
    public UnitCostDrift? Drift { get; init; }

    /// <summary>Hours since the last sign of usage; null where nobody asks.</summary>
    public decimal? SilentHours { get; init; }

    /// <summary>Of a day that is held against the budget's past: its most, and who carries what is above it. Nothing else is decided then.</summary>
    public HeldDay? Anomaly { get; init; }

    /// <summary>Whether what stands may be told again: the period runs, and a sweep asks.</summary>
    public bool MayRemind { get; init; }

    /// <summary>Of a share of fleets: what stands behind the figure. Too little of it decides nothing.</summary>
    public FleetShare? Share { get; init; }
}
