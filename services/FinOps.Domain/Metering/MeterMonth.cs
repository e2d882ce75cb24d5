using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>The stream of a meter's usage in one month of event time (UTC). Months keep streams short.</summary>
public readonly record struct MeterMonth(Meter Meter, int Year, int Month)
{
    public static MeterMonth Of(UsageRecord record) => new(record.Meter, record.OccurredAt.UtcDateTime.Year, record.OccurredAt.UtcDateTime.Month);

    /// <summary><c>usage/{tenant}/{model}/{yyyy-MM}</c>, names escaped so that no two meters share a stream.</summary>
    public string StreamId => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix(Meter)}{Year:0000}-{Month:00}");

    /// <summary>What the ids of all of a meter's streams start with.</summary>
    public static string Prefix(Meter meter) => $"{Prefix(meter.Tenant)}{Uri.EscapeDataString(meter.Model.Value)}/";

    /// <summary>What the ids of all of a tenant's usage streams start with.</summary>
    public static string Prefix(TenantId tenant) => $"usage/{Uri.EscapeDataString(tenant.Value)}/";
}
