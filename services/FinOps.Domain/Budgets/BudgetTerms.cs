using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>What a budget limits. Valid by construction: <see cref="BudgetRules"/> makes it.</summary>
/// <param name="Tenant">The scope, in its first form: all usage of one tenant.</param>
/// <param name="Measure">What is counted.</param>
/// <param name="Amount">The limit of one period.</param>
/// <param name="Period">When counting starts again.</param>
/// <param name="Thresholds">Where it alerts.</param>
/// <param name="WebhookUrl">Where alerts go beside the bus.</param>
/// <param name="DeliverBackfilled">Whether crossings by records that were in before the budget said so are delivered too.</param>
public sealed record BudgetTerms(
    TenantId Tenant, BudgetMeasure Measure, Money Amount, BudgetPeriod Period, Thresholds Thresholds, Uri? WebhookUrl,
    bool DeliverBackfilled)
{
    /// <summary>Which of the tenant's usage counts.</summary>
    public BudgetScope Scope { get; init; } = BudgetScope.Everything;

    /// <summary>What it does where it is exceeded.</summary>
    public BudgetKind Kind { get; init; }

    /// <summary>Of a hard one; <see cref="Budgets.WhenAway.Closed"/> of all others, of which nobody asks.</summary>
    public WhenAway WhenAway { get; init; } = WhenAway.Closed;

    /// <summary>Where it alerts, in the measure's own unit.</summary>
    public Thresholds ThresholdAmounts { get; init; } = Thresholds.None;

    /// <summary>Where it alerts by what the period is foreseen to come to, in percent of its limit.</summary>
    public Thresholds ForecastThresholds { get; init; } = Thresholds.None;

    /// <summary>At most this share of a period's amount, where it was left over, is added to the next period; 0 is none.</summary>
    public decimal RolloverPercent { get; init; }

    /// <summary>More for a while; null is none.</summary>
    public TemporaryRaise? Raise { get; init; }

    /// <summary>Other amounts, for periods that start later.</summary>
    public AmountChanges Changes { get; init; } = AmountChanges.None;

    /// <summary>Where it alerts by how far the unit cost of the last whole day lies above that of the week before, in percent.</summary>
    public Thresholds DriftThresholds { get; init; } = Thresholds.None;

    /// <summary>Where it alerts by how far the unit cost of the last whole day lies above its target, in percent.</summary>
    public Thresholds TargetThresholds { get; init; } = Thresholds.None;

    /// <summary>After so many hours without usage, or a report of its fleets, it alerts; null is never.</summary>
    public int? NoDataAfterHours { get; init; }

    /// <summary>Whether a sweep looks at it although nothing was used.</summary>
    public bool IsWatched => AsksForSigns || Measure.IsOfFleets() || RenotifyHours is not null;

    /// <summary>Whether it waits for what nobody's usage tells.</summary>
    public bool AsksForSigns => NoDataAfterHours is not null || !DriftThresholds.IsNone || !TargetThresholds.IsNone;

    /// <summary>Whether it alerts of days that lie above its own past, and how soon; null is never.</summary>
    public AnomalySensitivity? Anomaly { get; init; }

    /// <summary>An alert that stands is told again each so many hours of its period; null is never.</summary>
    public int? RenotifyHours { get; init; }

    /// <summary>Each threshold with the limit at which it is crossed: percents of actuals, amounts, percents of the forecast, drift, drift off the target, silence; each ascending.</summary>
    /// <param name="amount">The period's limit.</param>
    public IEnumerable<(decimal Value, ThresholdKind Kind, decimal Limit)> Limits(decimal amount) =>
    [
        .. Thresholds.Values.Select(p => (p, ThresholdKind.Percent, BudgetRules.Limit(amount, p))),
        .. ThresholdAmounts.Values.Select(a => (a, ThresholdKind.Absolute, a)),
        .. ForecastThresholds.Values.Select(p => (p, ThresholdKind.Forecast, BudgetRules.Limit(amount, p))),
        .. DriftThresholds.Values.Select(p => (p, ThresholdKind.Drift, p)),
        .. TargetThresholds.Values.Select(p => (p, ThresholdKind.Target, p)),
        .. NoDataAfterHours is { } hours ? [((decimal)hours, ThresholdKind.Silence, (decimal)hours)] : Array.Empty<(decimal, ThresholdKind, decimal)>(),
    ];
}

/// <summary>What a budget does where it is exceeded.</summary>
public enum BudgetKind
{
    /// <summary>It tells.</summary>
    Advisory,

    /// <summary>It tells, and whoever asks before spending is warned.</summary>
    Soft,

    /// <summary>Whoever asks before spending is refused.</summary>
    Hard,
}
