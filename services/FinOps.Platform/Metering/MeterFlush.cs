using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>What became of one record in its meter.</summary>
public enum RecordOutcome : byte
{
    Accepted,
    Duplicate,
    Conflict,

    /// <summary>It came under the name of a backfill that was voided as a whole.</summary>
    BackfillVoided,
}

/// <summary>One record on its way into the books.</summary>
internal readonly record struct PendingRecord(UsageRecord Record, RecordDigest Digest, string? BatchId);

/// <summary>What one meter wants committed: its records in order, and the stream versions that it believes in.</summary>
internal sealed class MeterFlush(Meter meter, IReadOnlyList<PendingRecord> records, IReadOnlyDictionary<string, long> versions)
{
    private readonly TaskCompletionSource<FlushResult> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Meter Meter { get; } = meter;

    public IReadOnlyList<PendingRecord> Records { get; } = records;

    /// <summary>By stream id; a stream that is not named is believed not to exist.</summary>
    public IReadOnlyDictionary<string, long> Versions { get; } = versions;

    public Task<FlushResult> Result => result.Task;

    public void Complete(FlushResult with) => result.TrySetResult(with);

    public void Fail(Exception error) => result.TrySetException(error);
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
