using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using NodaTime;

namespace FinOps.Platform.Periods;

/// <summary>Calendar months of the accounts on the time line. The zones are NodaTime's own, so every host has the same ones.</summary>
internal static class CalendarMonths
{
    public static CalendarMonth Holding(DateTimeOffset instant, DateTimeZone zone)
    {
        var local = Instant.FromDateTimeOffset(instant).InZone(zone).Date;
        return new CalendarMonth(local.Year, local.Month);
    }

    public static Window WindowOf(CalendarMonth month, DateTimeZone zone)
    {
        var first = new LocalDate(month.Year, month.Month, 1);
        return new Window(
            zone.AtStartOfDay(first).ToInstant().ToDateTimeOffset(), zone.AtStartOfDay(first.PlusMonths(1)).ToInstant().ToDateTimeOffset());
    }
}
