using FinOps.Domain.Budgets;
using GraphQL;

namespace FinOps.Platform.Alerts;

/// <summary>How far an alert's delivery is.</summary>
public enum AlertStatus
{
    /// <summary>Listed only: the records were in before the budget said so.</summary>
    Suppressed,

    /// <summary>Some channel has still to deliver it.</summary>
    Pending,

    /// <summary>Every channel has delivered it.</summary>
    Delivered,

    /// <summary>Some channel has given up; its last delivery says why.</summary>
    Failed,

    /// <summary>The measure lies below the threshold again: what crossed it was voided, amended or re-rated, or the amount was raised.</summary>
    Retracted,
}

/// <summary>What a message about a budget says.</summary>
public enum AlertKind
{
    /// <summary>A threshold was crossed; at most once per budget, period and threshold.</summary>
    Threshold,

    /// <summary>The period is foreseen to reach a threshold; at most once per budget, period and threshold.</summary>
    Forecast,

    /// <summary>The unit cost lies above its own past by a threshold; at most once per budget, period and threshold.</summary>
    Drift,

    /// <summary>The unit cost lies above its target by a threshold; at most once per budget, period and threshold.</summary>
    Target,

    /// <summary>A day lies above what the budget's own past says; at most once per budget and day.</summary>
    Anomaly,

    /// <summary>No sign of usage for so long; at most once per budget and period.</summary>
    NoData,

    /// <summary>What crossed it counts no longer; at most once per alert.</summary>
    Retracted,

    /// <summary>A quotient or a drift lies below its threshold again, or usage comes again; at most once per alert.</summary>
    Recovered,

    /// <summary>Crossed once more after it was retracted or had recovered; at most once per alert.</summary>
    Recrossed,

    /// <summary>It still stands; each so many hours, by the budget's choice.</summary>
    Renotified,
}

/// <summary>What became of one try.</summary>
public enum DeliveryStatus
{
    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>It may go better next time.</summary>
    Failed,

    /// <summary>It is not tried again.</summary>
    Refused,
}

/// <summary>That a budget's spend reached a threshold; at most once per budget, period and threshold.</summary>
[Name("Alert")]
public sealed record AlertView(
    string Id, string BudgetId, string Tenant, decimal ThresholdPercent, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd,
    AlertStatus Status, DateTimeOffset CrossedAt, decimal Amount, decimal SpendAtCrossing, string Currency, IReadOnlyList<DeliveryView> Deliveries)
{
    internal AlertCrossings? Crossings { get; init; }

    /// <summary>An alert, or a notice on one.</summary>
    public AlertKind Kind { get; init; }

    /// <summary>What the threshold is a number of.</summary>
    public ThresholdKind ThresholdKind { get; init; }

    /// <summary>Of an ABSOLUTE threshold: its amount, in the measure's unit.</summary>
    public decimal? ThresholdAmount { get; init; }

    /// <summary>Of a notice: the alert that it is about.</summary>
    public string? NoticeOf { get; init; }

    /// <summary>Why, in a sentence, where more is to be said than the figures.</summary>
    public string? Cause { get; init; }

    /// <summary>Since when the measure lies below the threshold again.</summary>
    public DateTimeOffset? RetractedAt { get; init; }

    /// <summary>
    /// The record that crossed it in the order of event time, as the books say now; null where nothing does any more, and for a quotient.
    /// </summary>
    public Task<CrossingView?> Crossing(CancellationToken cancellation) =>
        Crossings is null ? Task.FromResult<CrossingView?>(null) : Crossings.OfAsync(this, cancellation);
}

/// <summary>A record after which a period's measure was not below a threshold any more.</summary>
[Name("Crossing")]
public sealed record CrossingView(string Source, string Id, DateTimeOffset OccurredAt, decimal Cumulative);

/// <summary>One try to deliver an alert through a channel.</summary>
[Name("Delivery")]
public sealed record DeliveryView(string Channel, int Attempt, DateTimeOffset At, DeliveryStatus Status, int? StatusCode, string? Error);

/// <summary>That a channel was switched off by its receiver, or gave up.</summary>
/// <param name="Code">The reason, as the delivery log has it; <c>gone</c> is a receiver's 410.</param>
/// <param name="AlertId">What was not delivered; null is a digest.</param>
[Name("AlertNotice")]
public sealed record AlertNoticeView(
    long Id, DateTimeOffset At, string Tenant, string BudgetId, string Channel, string Code, string? AlertId);
