using FinOps.Domain.Metering;
using FinOps.Simulation.Platform;

namespace FinOps.Simulation.Store;

/// <summary>What a ledger commit writes: an event per meter and month, and what is summed from its records.</summary>
internal sealed class LedgerWrite
{
    public LedgerWrite(int lane, DateTimeOffset recordedAt, List<Pending> pending, IReadOnlyList<RecordOutcome> outcomes)
    {
        (Lane, RecordedAt, Pending, Outcomes) = (lane, recordedAt, pending, outcomes);
        Accepted = [.. pending.Where((_, i) => outcomes[i] == RecordOutcome.Accepted).Select(p => p.Record)];
        Events = [.. Accepted.GroupBy(MeterMonth.Of).Select(g => (g.Key.StreamId, UsageRecorded.Pack([.. g], recordedAt)))];
    }

    public int Lane { get; }

    public DateTimeOffset RecordedAt { get; }

    public IReadOnlyList<Pending> Pending { get; }

    public IReadOnlyList<RecordOutcome> Outcomes { get; }

    public IReadOnlyList<UsageRecord> Accepted { get; }

    public IReadOnlyList<(string Stream, UsageRecorded Event)> Events { get; }
}

internal enum AppendAnswer
{
    Appended,

    /// <summary>The connection or the statement failed.</summary>
    Failed,

    /// <summary>Another transaction created one of the streams, or counted one of the identities, meanwhile.</summary>
    Raced,
}
