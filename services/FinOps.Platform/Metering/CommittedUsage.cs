using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>That a commit added usage of a meter between two slots of event time, both inclusive.</summary>
/// <param name="TakesBack">It may have taken some back, too.</param>
public sealed record CommittedUsage(TenantId Tenant, ModelId Model, QuarterHour First, QuarterHour Last, bool TakesBack = false);

/// <summary>
/// Told after each commit, on the lane's own time: implementers only take note and return. The notice may be lost with the process, so
/// whoever must not miss usage also looks for itself from time to time.
/// </summary>
public interface ICommittedUsageListener
{
    void Committed(IReadOnlyList<CommittedUsage> usage);
}
