using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;

namespace FinOps.Platform.Tests.Metering;

/// <summary>Records that acceptance let pass.</summary>
internal static class Pending
{
    /// <summary>Of source <c>s</c>, at the start of 1970 unless told otherwise.</summary>
    public static PendingRecord Of(Meter meter, string id, long output = 1, DateTimeOffset? occurredAt = null)
    {
        var record = new UsageRecord
        {
            Tenant = meter.Tenant,
            Model = meter.Model,
            Source = "s",
            Id = id,
            OccurredAt = occurredAt ?? DateTimeOffset.UnixEpoch,
            Quantities = Quantities.Of((UnitClass.Output, output)),
        };
        return new PendingRecord(record, RecordDigest.Of(record), null);
    }
}
