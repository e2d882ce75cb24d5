namespace FinOps.Domain.Budgets;

/// <summary>A budget as someone wrote it: nothing is checked yet.</summary>
public sealed record BudgetDraft
{
    public string? Id { get; init; }

    public string? Tenant { get; init; }

    public BudgetMeasure Measure { get; init; } = BudgetMeasure.Charge;

    public decimal? Amount { get; init; }

    public string? Currency { get; init; }

    public PeriodDraft Period { get; init; } = new();

    public IReadOnlyList<string> Models { get; init; } = [];

    public IReadOnlyList<string> Fleets { get; init; } = [];

    public IReadOnlyList<(string Key, string Value)> Tags { get; init; } = [];

    public BudgetKind Kind { get; init; }

    /// <summary>Null is closed.</summary>
    public WhenAway? WhenAway { get; init; }

    /// <summary>Null is the usual 50, 80, 100, unless amounts or forecasts are named.</summary>
    public IReadOnlyList<decimal>? Thresholds { get; init; }

    public IReadOnlyList<decimal>? ThresholdAmounts { get; init; }

    public IReadOnlyList<decimal>? ForecastThresholds { get; init; }

    public IReadOnlyList<decimal>? DriftThresholds { get; init; }

    public IReadOnlyList<decimal>? TargetThresholds { get; init; }

    public AnomalySensitivity? Anomaly { get; init; }

    /// <summary>Null and 0 are never.</summary>
    public int? NoDataAfterHours { get; init; }

    /// <summary>Null and 0 are never.</summary>
    public int? RenotifyHours { get; init; }

    public decimal? RolloverPercent { get; init; }

    public TemporaryRaise? Raise { get; init; }

    public AmountChanges Changes { get; init; } = AmountChanges.None;

    public string? WebhookUrl { get; init; }

    public bool DeliverBackfilled { get; init; }
}
