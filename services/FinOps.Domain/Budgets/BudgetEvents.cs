using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

public abstract record BudgetEvent;

public sealed record BudgetCreated(BudgetId Id, BudgetTerms Terms, DateTimeOffset At, string By) : BudgetEvent;

public sealed record BudgetChanged(BudgetId Id, BudgetTerms Terms, DateTimeOffset At, string By) : BudgetEvent;

public sealed record BudgetClosed(BudgetId Id, DateTimeOffset At, string By) : BudgetEvent;

/// <summary>What happened to a threshold in one of the budget's periods.</summary>
/// <param name="Amount">The period's limit.</param>
/// <param name="Spend">As the books said then.</param>
/// <param name="Suppressed">Listed, not delivered.</param>
public abstract record PeriodEvent(
    BudgetId Id, TenantId Tenant, BudgetMeasure Measure, Window Period, decimal ThresholdPercent, Money Amount, Money Spend,
    bool Suppressed, DateTimeOffset At) : BudgetEvent
{
    /// <summary>What the threshold is a number of.</summary>
    public ThresholdKind Kind { get; init; }

    public Crossing Crossing => new(Period.From, ThresholdPercent, Kind);

    /// <summary>At what the threshold is crossed.</summary>
    public decimal Limit => Kind is ThresholdKind.Percent or ThresholdKind.Forecast or ThresholdKind.Anomaly ? BudgetRules.Limit(Amount.Amount, ThresholdPercent) : ThresholdPercent;

    /// <summary>Why, in a sentence, where more is to be said than the figures.</summary>
    public string? Cause { get; init; }

    /// <summary>The threshold as a share of the limit.</summary>
    public decimal Percent => Kind == ThresholdKind.Absolute ? decimal.Round(ThresholdPercent * 100m / Amount.Amount, 2) : ThresholdPercent;
}

/// <summary>The first time; at most once per budget, period and threshold.</summary>
public sealed record ThresholdCrossed(
    BudgetId Id, TenantId Tenant, BudgetMeasure Measure, Window Period, decimal ThresholdPercent, Money Amount, Money Spend,
    bool Suppressed, DateTimeOffset At)
    : PeriodEvent(Id, Tenant, Measure, Period, ThresholdPercent, Amount, Spend, Suppressed, At)
{
    /// <summary>Of a forecast's threshold: what the period was foreseen to come to.</summary>
    public decimal? Forecast { get; init; }
}

/// <summary>A correction, another rate or another amount put the measure below the threshold again.</summary>
public sealed record ThresholdRetracted(
    BudgetId Id, TenantId Tenant, BudgetMeasure Measure, Window Period, decimal ThresholdPercent, Money Amount, Money Spend,
    bool Suppressed, DateTimeOffset At)
    : PeriodEvent(Id, Tenant, Measure, Period, ThresholdPercent, Amount, Spend, Suppressed, At);

/// <summary>Crossed again after a retraction: no second alert.</summary>
public sealed record ThresholdRecrossed(
    BudgetId Id, TenantId Tenant, BudgetMeasure Measure, Window Period, decimal ThresholdPercent, Money Amount, Money Spend,
    bool Suppressed, DateTimeOffset At)
    : PeriodEvent(Id, Tenant, Measure, Period, ThresholdPercent, Amount, Spend, Suppressed, At);

/// <summary>It still stands; at most once per alert and ordinal.</summary>
/// <param name="Ordinal">From 1 on.</param>
public sealed record ThresholdRenotified(
    BudgetId Id, TenantId Tenant, BudgetMeasure Measure, Window Period, decimal ThresholdPercent, Money Amount, Money Spend,
    bool Suppressed, DateTimeOffset At, int Ordinal)
    : PeriodEvent(Id, Tenant, Measure, Period, ThresholdPercent, Amount, Spend, Suppressed, At);
