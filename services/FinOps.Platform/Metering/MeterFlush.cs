using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>One record on its way into the books.</summary>
internal readonly record struct PendingRecord(UsageRecord Record, RecordDigest Digest, string? BatchId);

/// <summary>What one meter wants committed together: records in order.</summary>
/// <param name="meter">Whose they are.</param>
/// <param name="records">At least one.</param>
/// <param name="belief">The activation's, which a lane holds the streams to when it takes the flush and not before.</param>
internal sealed class MeterFlush(Meter meter, IReadOnlyList<PendingRecord> records, MeterBelief belief)
{
    private readonly (string[] Streams, int[]? Places) months = Months(records, belief);

    // Whoever waits goes on in the thread that answers: to wake one for each costs more than to answer.
    private readonly TaskCompletionSource<FlushResult> result = new();

    public Meter Meter { get; } = meter;

    public IReadOnlyList<PendingRecord> Records { get; } = records;

    public MeterBelief Belief { get; } = belief;

    /// <summary>The streams that its records lie in; a month each, so nearly always one.</summary>
    public IReadOnlyList<string> Streams => months.Streams;

    /// <returns>Where in <see cref="Streams"/> the stream of a record is.</returns>
    public int StreamOf(int record) => months.Places?[record] ?? 0;

    /// <summary>By stream id, as believed; a stream that is not named is believed not to exist.</summary>
    public IReadOnlyDictionary<string, long> Versions =>
        Belief.State?.Versions ?? throw new InvalidOperationException("A flush whose meter knows nothing reached a commit.");

    /// <summary>Faulted where it failed.</summary>
    public Task<FlushResult> Result => result.Task;

    public void Complete(FlushResult with)
    {
        if (with is FlushResult.Failed failed) result.TrySetException(failed.Why);
        else result.TrySetResult(with);
    }

    private static (string[] Streams, int[]? Places) Months(IReadOnlyList<PendingRecord> records, MeterBelief belief)
    {
        if (records.Count == 1) return ([belief.StreamOf(MeterMonth.Of(records[0].Record))], null);
        var months = new List<(int Year, int Month)>(1);
        var places = new int[records.Count];
        for (var i = 0; i < places.Length; i++)
        {
            var at = records[i].Record.OccurredAt.UtcDateTime;
            var place = months.IndexOf((at.Year, at.Month));
            if (place < 0)
            {
                place = months.Count;
                months.Add((at.Year, at.Month));
            }

            places[i] = place;
        }

        return ([.. months.Select(m => belief.StreamOf(new MeterMonth(records[0].Record.Meter, m.Year, m.Month)))], months.Count > 1 ? places : null);
    }
}

/// <summary>What a commit answered to one flush.</summary>
internal abstract record FlushResult
{
    private FlushResult()
    {
    }

    /// <param name="Outcomes">One per record, in order.</param>
    /// <param name="Growth">Of its meter by the commit: the same for all of the meter's flushes in it.</param>
    public sealed record Committed(RecordOutcome[] Outcomes, Growth Growth) : FlushResult;

    /// <summary>Somebody else wrote the meter's streams since its activation read them; nothing was written for this flush.</summary>
    public sealed record Stale : FlushResult
    {
        public static readonly Stale Instance = new();
    }

    /// <summary>The activation knows nothing of its streams, because a flush before this one found them otherwise or failed; nothing was written.</summary>
    public sealed record Unread : FlushResult
    {
        public static readonly Unread Instance = new();
    }

    /// <summary>Nobody knows whether it was written.</summary>
    public sealed record Failed(Exception Why) : FlushResult;
}
