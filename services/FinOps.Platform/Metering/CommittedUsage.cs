using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>That a commit added usage of a meter between two slots of event time, both inclusive.</summary>
/// <param name="TakesBack">It may have taken some back, too.</param>
public sealed record CommittedUsage(TenantId Tenant, ModelId Model, QuarterHour First, QuarterHour Last, bool TakesBack = false)
{
    /// <param name="flushes">Of one commit.</param>
    /// <param name="results">One per flush.</param>
    /// <returns>One per meter that grew.</returns>
    internal static IReadOnlyCollection<CommittedUsage> Of(List<MeterFlush> flushes, FlushResult[] results)
    {
        var usage = new Dictionary<Meter, CommittedUsage>();
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is not FlushResult.Committed { Growth.Added.Records: > 0 }) continue;
            var (meter, first, last) = (flushes[i].Meter, flushes[i].Records.Min(r => r.Record.Slot), flushes[i].Records.Max(r => r.Record.Slot));
            usage[meter] = usage.TryGetValue(meter, out var before)
                ? before with { First = first < before.First ? first : before.First, Last = last > before.Last ? last : before.Last }
                : new CommittedUsage(meter.Tenant, meter.Model, first, last);
        }

        return usage.Values;
    }
}

/// <summary>
/// Told after each commit, on the thread that answers it: implementers only take note and return. The notice may be lost with the process, so
/// whoever must not miss usage also looks for itself from time to time.
/// </summary>
public interface ICommittedUsageListener
{
    void Committed(IReadOnlyCollection<CommittedUsage> usage);
}
