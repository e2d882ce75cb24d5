using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Platform;

/// <summary>What one meter wants committed, and the stream versions that it believes in.</summary>
internal sealed class Flush
{
    private readonly Promise<FlushResult> result;

    public Flush(Life life, Meter meter, IReadOnlyList<Pending> records, IReadOnlyDictionary<string, long> versions)
    {
        (result, Meter, Records, Versions) = (new Promise<FlushResult>(life), meter, records, versions);
        Months = [.. records.Select(r => MeterMonth.Of(r.Record)).Distinct()];
        Streams = [.. Months.Select(m => m.StreamId)];
    }

    public Meter Meter { get; }

    public IReadOnlyList<Pending> Records { get; }

    public IReadOnlyDictionary<string, long> Versions { get; }

    public IReadOnlyList<MeterMonth> Months { get; }

    public IReadOnlyList<string> Streams { get; }

    public Task<FlushResult> Result => result.Task;

    public void Complete(FlushResult with) => result.Keep(with);
}

/// <summary>What a commit answered to one meter.</summary>
internal abstract record FlushResult
{
    /// <param name="Outcomes">One per record.</param>
    /// <param name="Streams">The streams that grew: their new versions and the records added.</param>
    public sealed record Committed(
        IReadOnlyList<RecordOutcome> Outcomes, IReadOnlyDictionary<string, (long Version, int Added)> Streams) : FlushResult;

    public sealed record Stale : FlushResult;

    /// <summary>Nobody knows whether it was written.</summary>
    public sealed record Failed : FlushResult;
}
