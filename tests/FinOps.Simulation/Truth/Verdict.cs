using FinOps.Domain.Metering;

namespace FinOps.Simulation.Truth;

/// <summary>What a sender is told of one record: an outcome, or the reason for which it lies in quarantine.</summary>
internal readonly record struct Verdict(RecordOutcome? Outcome, string? Reason);
