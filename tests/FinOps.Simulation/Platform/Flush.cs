using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Platform;

/// <summary>What one meter wants committed. A lane holds its streams to what its activation believes when it takes it, and not before.</summary>
internal sealed class Flush
{
    private readonly Promise<FlushResult> result;

    public Flush(Life life, Meter meter, IReadOnlyList<Pending> records, Belief belief)
    {
        (result, Meter, Records, Belief) = (new Promise<FlushResult>(life), meter, records, belief);
        Months = [.. records.Select(r => MeterMonth.Of(r.Record)).Distinct()];
        Streams = [.. Months.Select(m => m.StreamId)];
    }

    public Meter Meter { get; }

    public IReadOnlyList<Pending> Records { get; }

    public Belief Belief { get; }

    public IReadOnlyDictionary<string, long> Versions =>
        Belief.State?.Versions ?? throw new InvalidOperationException("A flush whose meter knows nothing reached a commit.");

    public IReadOnlyList<MeterMonth> Months { get; }

    public IReadOnlyList<string> Streams { get; }

    public Task<FlushResult> Result => result.Task;

    public void Complete(FlushResult with) => result.Keep(with);
}

/// <summary>What a commit answered to one flush.</summary>
internal abstract record FlushResult
{
    /// <param name="Outcomes">One per record.</param>
    /// <param name="Growth">Of its meter by the commit: the same for all of the meter's flushes in it.</param>
    public sealed record Committed(IReadOnlyList<RecordOutcome> Outcomes, Growth Growth) : FlushResult;

    public sealed record Stale : FlushResult;

    /// <summary>The activation knew nothing of its streams; nothing was written.</summary>
    public sealed record Unread : FlushResult;

    /// <summary>Nobody knows whether it was written.</summary>
    public sealed record Failed : FlushResult;
}

/// <summary>What a commit made of one meter's streams.</summary>
/// <param name="of">The belief of its first flush.</param>
internal sealed class Growth(Belief of)
{
    /// <summary>Those that grew: their new versions and the records added.</summary>
    public Dictionary<string, (long Version, int Added)> Streams { get; } = [];

    /// <summary>Whether two activations wrote: neither need know what the other's streams held before.</summary>
    public bool IsShared { get; private set; }

    public void Add(Flush flush) => IsShared |= flush.Belief != of;
}
