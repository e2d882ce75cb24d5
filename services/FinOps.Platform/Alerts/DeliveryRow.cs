using FinOps.Domain.Alerts;

namespace FinOps.Platform.Alerts;

/// <summary>A channel of an alert that has a try due.</summary>
/// <param name="Name">Names it in the delivery log.</param>
/// <param name="Kind">The class that sends; the name itself where the budget names no such channel any more.</param>
/// <param name="Target">Where it goes; empty where the channel knows by itself.</param>
/// <param name="IsDisabled">The receiver has said that it is gone.</param>
public sealed record DueChannel(string Name, string Kind, string Target, bool IsDisabled)
{
    // A record prints its members; the target may be a secret.
    public override string ToString() => $"{Kind} {Name}";
}

/// <summary>One try that is this job's alone.</summary>
/// <param name="Attempt">From 1, over the channel's whole life.</param>
/// <param name="InSchedule">From 1, since the schedule started or was started anew.</param>
public sealed record ClaimedTry(int Attempt, int InSchedule);

/// <summary>Outcomes and next steps as they are stored.</summary>
internal static class DeliveryRow
{
    /// <summary>The receiver answered 410.</summary>
    public const string Gone = "gone";

    public static (DeliveryStatus Status, int? StatusCode, string? Error) Of(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered delivered => (DeliveryStatus.Delivered, delivered.StatusCode, null),
        DeliveryOutcome.Failed failed => (DeliveryStatus.Failed, failed.StatusCode, failed.Reason),
        DeliveryOutcome.Refused refused => (DeliveryStatus.Refused, refused.StatusCode, refused.Reason),
        _ => throw new System.Diagnostics.UnreachableException(outcome.GetType().Name),
    };

    public static (string State, DateTimeOffset NextAttemptAt) Of(NextStep next, DateTimeOffset at) => next switch
    {
        NextStep.Done => ("DELIVERED", at),
        NextStep.RetryAt retry => ("PENDING", retry.At),
        NextStep.Dead => ("DEAD", at),
        _ => throw new System.Diagnostics.UnreachableException(next.GetType().Name),
    };
}
