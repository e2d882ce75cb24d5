using FinOps.Domain.Metering;

namespace FinOps.Simulation.Load;

/// <summary>A record on the wire.</summary>
internal sealed class Sent(Facts facts, ReportedRecord written)
{
    public Facts Facts { get; } = facts;

    public ReportedRecord Written { get; } = written;

    /// <summary>Of what it says; computed once, because hashing the same words again is most of a run's time.</summary>
    public RecordDigest? Digest { get; set; }
}

/// <summary>Records as they travel: the same bytes however often they are sent.</summary>
/// <param name="Number">Of the run.</param>
/// <param name="Backfill">Null for live records.</param>
/// <param name="Records">What is meant beside what is written.</param>
/// <param name="IsPoison">Whoever reads it dies, until it is mended.</param>
/// <param name="FirstSent">When the source sent it first.</param>
internal sealed record Batch(
    int Number, string? Backfill, IReadOnlyList<Sent> Records, bool IsPoison, DateTimeOffset FirstSent);
