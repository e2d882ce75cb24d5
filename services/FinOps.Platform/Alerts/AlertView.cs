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
    AlertStatus Status, DateTimeOffset CrossedAt, decimal Amount, decimal SpendAtCrossing, string Currency, IReadOnlyList<DeliveryView> Deliveries);

/// <summary>One try to deliver an alert through a channel.</summary>
[Name("Delivery")]
public sealed record DeliveryView(string Channel, int Attempt, DateTimeOffset At, DeliveryStatus Status, int? StatusCode, string? Error);

/// <summary>That a channel was switched off by its receiver, or gave up.</summary>
/// <param name="Code">The reason, as the delivery log has it; <c>gone</c> is a receiver's 410.</param>
/// <param name="AlertId">What was not delivered; null is a digest.</param>
[Name("AlertNotice")]
public sealed record AlertNoticeView(
    long Id, DateTimeOffset At, string Tenant, string BudgetId, string Channel, string Code, string? AlertId);
