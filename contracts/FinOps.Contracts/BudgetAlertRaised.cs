namespace FinOps.Contracts;

/// <summary>A budget's threshold was crossed. Raised at most once per budget, period and threshold.</summary>
public sealed record BudgetAlertRaised
{
    /// <summary>Version of this message's shape; 1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Constant over all tries of all channels: receivers drop what they have seen.</summary>
    public required string AlertId { get; init; }

    /// <summary>The budget.</summary>
    public required string BudgetId { get; init; }

    /// <summary>Whose budget it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>What the budget limits: <c>CHARGE</c>, <c>COST</c>, <c>TOKENS</c>, <c>INPUT_TOKENS</c>, <c>OUTPUT_TOKENS</c>, <c>REQUESTS</c>, <c>COST_PER_MILLION_TOKENS</c>, <c>IDLE_SHARE</c>, <c>UTILISATION</c> (alerts where it is at or below).</summary>
    public required string Measure { get; init; }

    /// <summary>The threshold in percent of the budget's amount.</summary>
    public required decimal ThresholdPercent { get; init; }

    /// <summary>The budget's amount, a decimal in text so that no reader rounds it.</summary>
    public required string Amount { get; init; }

    /// <summary>What was spent when the crossing was seen, a decimal in text.</summary>
    public required string Spend { get; init; }

    /// <summary>ISO 4217 code of <see cref="Amount"/> and <see cref="Spend"/>.</summary>
    public required string Currency { get; init; }

    /// <summary>Start of the period, inclusive.</summary>
    public required DateTimeOffset PeriodStart { get; init; }

    /// <summary>End of the period, exclusive.</summary>
    public required DateTimeOffset PeriodEnd { get; init; }

    /// <summary>When the crossing was recorded.</summary>
    public required DateTimeOffset CrossedAt { get; init; }

    /// <summary>
    /// What it says: <c>THRESHOLD</c>, <c>FORECAST</c>, <c>DRIFT</c>, <c>TARGET</c>, <c>ANOMALY</c> (its period is a day), <c>NO_DATA</c>, or a notice on such an alert: <c>RETRACTED</c>, <c>RECOVERED</c>, <c>RECROSSED</c>, <c>RENOTIFIED</c>. More may come; what
    /// a reader does not know it shows as it is.
    /// </summary>
    public string Kind { get; init; } = "THRESHOLD";

    /// <summary>Of a notice: the id of the alert that it is about.</summary>
    public string? NoticeOf { get; init; }

    /// <summary>
    /// What the threshold is a number of: <c>PERCENT</c> of the amount, an <c>ABSOLUTE</c> amount (shown as its percent), or percent of the
    /// amount that the period is foreseen to come to, <c>FORECAST</c>; percent of <c>DRIFT</c>, or above the <c>TARGET</c>, percent of what a day may come to of an <c>ANOMALY</c>, hours of <c>SILENCE</c>.
    /// </summary>
    public string ThresholdKind { get; init; } = "PERCENT";

    /// <summary>Why, in a sentence, where that is known.</summary>
    public string? Cause { get; init; }
}
