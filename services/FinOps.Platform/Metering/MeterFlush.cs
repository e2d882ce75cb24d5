using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>One record on its way into the books.</summary>
internal readonly record struct PendingRecord(UsageRecord Record, RecordDigest Digest, string? BatchId);

/// <summary>What one meter wants committed: its records in order, and the stream versions that it believes in.</summary>
internal sealed class MeterFlush(Meter meter, IReadOnlyList<PendingRecord> records, IReadOnlyDictionary<string, long> versions)
{
    private readonly Lazy<(string[] Streams, int[]? Places)> months = new(() => Months(records));
    private readonly TaskCompletionSource<FlushResult> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MeterTurn? unsettled;

    public Meter Meter { get; } = meter;

    public IReadOnlyList<PendingRecord> Records { get; } = records;

    /// <summary>The streams that its records lie in; a month each, so nearly always one.</summary>
    public IReadOnlyList<string> Streams => months.Value.Streams;

    /// <returns>Where in <see cref="Streams"/> the stream of a record is.</returns>
    public int StreamOf(int record) => months.Value.Places?[record] ?? 0;

    /// <summary>By stream id; a stream that is not named is believed not to exist.</summary>
    public IReadOnlyDictionary<string, long> Versions { get; } = versions;

    public Task<FlushResult> Result => result.Task;

    /// <param name="with">What became of it.</param>
    /// <param name="turn">Ends for this meter when it is <see cref="Settle">settled</see>.</param>
    public void Complete(FlushResult with, MeterTurn turn)
    {
        unsettled = turn;
        result.TrySetResult(with);
    }

    public void Fail(Exception error) => result.TrySetException(error);

    /// <summary>The meter has heard, and what waited for this flush is in the lane. Calling it again changes nothing.</summary>
    public void Settle() => Interlocked.Exchange(ref unsettled, null)?.EndOne();

    private static (string[] Streams, int[]? Places) Months(IReadOnlyList<PendingRecord> records)
    {
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

        return ([.. months.Select(m => new MeterMonth(records[0].Record.Meter, m.Year, m.Month).StreamId)], months.Count > 1 ? places : null);
    }
}

/// <summary>What a commit answered to one meter.</summary>
internal abstract record FlushResult
{
    private FlushResult()
    {
    }

    /// <param name="Outcomes">One per record, in order.</param>
    /// <param name="Versions">The versions of the streams that grew.</param>
    /// <param name="Added">What the commit added to the meter.</param>
    public sealed record Committed(
        IReadOnlyList<RecordOutcome> Outcomes, IReadOnlyDictionary<string, long> Versions, Bucket Added) : FlushResult;

    /// <summary>Somebody else wrote the meter's streams since; nothing was written for this meter.</summary>
    public sealed record Stale : FlushResult
    {
        public static readonly Stale Instance = new();
    }
}
