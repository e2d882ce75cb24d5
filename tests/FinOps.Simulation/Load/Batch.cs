using FinOps.Domain.Metering;

namespace FinOps.Simulation.Load;

/// <summary>Records as they travel: the same bytes however often they are sent.</summary>
/// <param name="Number">Of the run.</param>
/// <param name="Backfill">Null for live records.</param>
/// <param name="Records">What is meant beside what is written.</param>
/// <param name="IsPoison">Whoever reads it dies, until it is mended.</param>
/// <param name="FirstSent">When the source sent it first.</param>
internal sealed record Batch(
    int Number, string? Backfill, IReadOnlyList<(Facts Facts, ReportedRecord Written)> Records, bool IsPoison, DateTimeOffset FirstSent);
