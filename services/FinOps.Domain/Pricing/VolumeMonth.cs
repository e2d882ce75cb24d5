using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>The month in which units add up for graduated rates and free allowances: the calendar's, in UTC. The one place that knows.</summary>
public static class VolumeMonth
{
    /// <returns>The first slot of the month that holds the slot, and the slot after its last one.</returns>
    public static (QuarterHour First, QuarterHour End) Holding(QuarterHour slot)
    {
        var at = slot.Start.UtcDateTime;
        var start = new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return (QuarterHour.Holding(start), QuarterHour.Holding(start.AddMonths(1)));
    }
}
