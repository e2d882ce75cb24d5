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

    /// <returns>The meter and month whose stream it is.</returns>
    /// <exception cref="FormatException">It is no usage stream's id.</exception>
    public static MeterMonth OfStream(string streamId)
    {
        if (streamId.Split('/') is ["usage", var tenant, var model, { Length: 7 } month]
            && int.TryParse(month[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            && int.TryParse(month[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var read = new MeterMonth(
                new Meter(new TenantId(Uri.UnescapeDataString(tenant)), new ModelId(Uri.UnescapeDataString(model))), year, number);
            if (read.StreamId == streamId) return read;
        }

        throw new FormatException($"'{streamId}' is no usage stream.");
    }

    public QuarterHour FirstSlot => QuarterHour.Holding(new DateTimeOffset(Year, Month, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The slot after the month's last one.</summary>
    public QuarterHour EndSlot =>
        new(FirstSlot.Index + DateTime.DaysInMonth(Year, Month) * (int)(TimeSpan.FromDays(1) / QuarterHour.Length));

    /// <summary>What the ids of all of a meter's streams start with.</summary>
    public static string Prefix(Meter meter) => $"{Prefix(meter.Tenant)}{Uri.EscapeDataString(meter.Model.Value)}/";

    /// <summary>What the ids of all of a tenant's usage streams start with.</summary>
    public static string Prefix(TenantId tenant) => $"usage/{Uri.EscapeDataString(tenant.Value)}/";
}
