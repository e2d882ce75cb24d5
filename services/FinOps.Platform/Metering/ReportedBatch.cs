using FinOps.Domain.Metering;

namespace FinOps.Platform.Metering;

/// <summary>A batch as it was read, each record beside its own bytes.</summary>
/// <param name="BatchId">Null for an HTTP body that had none.</param>
/// <param name="Source">For records that name none.</param>
/// <param name="Backfill">Null for live usage.</param>
/// <param name="Records">In the order that decides who is first.</param>
internal sealed record ReportedBatch(
    string? BatchId, string? Source, string? Backfill, IReadOnlyList<(ReportedRecord Record, ReadOnlyMemory<byte> Bytes)> Records);

/// <summary>The body as a whole cannot be read: dead letter over the broker, 400 over HTTP.</summary>
public sealed class UnreadableBodyException(string message) : Exception(message);
