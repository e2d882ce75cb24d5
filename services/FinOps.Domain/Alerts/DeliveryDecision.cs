namespace FinOps.Domain.Alerts;

/// <summary>What came of one try to deliver an alert.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <param name="StatusCode">The receiver's, where it speaks HTTP.</param>
    public sealed record Delivered(int? StatusCode) : DeliveryOutcome;

    /// <summary>May go better next time.</summary>
    /// <param name="Reason">A stable word such as <c>timeout</c>; shown to the tenant, so never the receiver's own text.</param>
    /// <param name="StatusCode">The receiver's, where it answered.</param>
    /// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
    public sealed record Failed(string Reason, int? StatusCode, TimeSpan? RetryAfter) : DeliveryOutcome;

    /// <summary>Will not go better: an address that is not allowed, or a receiver that wants no more.</summary>
    public sealed record Refused(string Reason, int? StatusCode) : DeliveryOutcome;
}

/// <summary>What a channel of an alert does next.</summary>
public abstract record NextStep
{
    private NextStep()
    {
    }

    public sealed record Done : NextStep;

    public sealed record RetryAt(DateTimeOffset At) : NextStep;

    /// <summary>Given up, for the stated reason; a person may look into it.</summary>
    public sealed record Dead(string Reason) : NextStep;
}

/// <summary>Decides after each try, from the outcome and the schedule alone.</summary>
public static class DeliveryDecision
{
    /// <param name="outcome">Of this try.</param>
    /// <param name="attempt">This try's number, from 1.</param>
    /// <param name="schedule">The wait before the second try, the third, and so on; after the last the channel is dead.</param>
    /// <param name="longestWait">However long the receiver asks to be left alone.</param>
    /// <param name="now">When the outcome was known.</param>
    /// <param name="spread">From 0 to 1: what is waited beyond the schedule, in tenths of it, so that many do not come back at one moment.</param>
    public static NextStep After(
        DeliveryOutcome outcome, int attempt, IReadOnlyList<TimeSpan> schedule, TimeSpan longestWait, DateTimeOffset now,
        double spread = 0) => outcome switch
        {
            DeliveryOutcome.Delivered => new NextStep.Done(),
            DeliveryOutcome.Refused refused => new NextStep.Dead(refused.Reason),
            DeliveryOutcome.Failed failed when attempt > schedule.Count => new NextStep.Dead(failed.Reason),
            DeliveryOutcome.Failed failed => new NextStep.RetryAt(
                now + Wait(schedule[attempt - 1] * (1 + (spread / 10)), failed.RetryAfter, longestWait)),
            _ => throw new System.Diagnostics.UnreachableException(outcome.GetType().Name),
        };

    /// <summary>A number from 0 to 1 that one try always gets, whoever asks, and others do not.</summary>
    public static double SpreadOf(string id, int attempt)
    {
        // FNV-1a: the runtime's own hash is another one in each process.
        var hash = 2_166_136_261;
        foreach (var letter in $"{id}#{attempt}") hash = unchecked((hash ^ letter) * 16_777_619);
        return hash / (double)uint.MaxValue;
    }

    private static TimeSpan Wait(TimeSpan scheduled, TimeSpan? asked, TimeSpan longest) =>
        asked is not { } wait || wait <= scheduled ? scheduled : wait < longest ? wait : longest;
}
