using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Periods;
using NodaTime;

namespace FinOps.Platform.Budgets;

/// <summary>Periods of budgets on the time line.</summary>
internal static class BudgetCalendar
{
    /// <summary>UTC days hold this many slots.</summary>
    public const int SlotsPerDay = 96;

    public static CalendarMonth? MonthHolding(string timeZone, DateTimeOffset instant) =>
        IsZone(timeZone) ? CalendarMonths.Holding(instant, Zone(timeZone)) : null;

    /// <summary>The windows of the period that hold something of the days, in order.</summary>
    /// <param name="period">The budget's.</param>
    /// <param name="days">UTC days since 1970.</param>
    public static IReadOnlyList<Window> Touched(BudgetPeriod period, IReadOnlyCollection<int> days) => period switch
    {
        BudgetPeriod.Custom { Window: var window } =>
            days.Any(day => Start(day) < window.To && Start(day + 1) > window.From) ? [window] : [],
        BudgetPeriod.Monthly monthly => days
            .SelectMany(day => (DateTimeOffset[])[Start(day), Start(day + 1).AddTicks(-1)])
            .Select(instant => CalendarMonths.Holding(instant, Zone(monthly.TimeZone)))
            .Where(month => month >= monthly.First)
            .Distinct()
            .Order()
            .Select(month => CalendarMonths.WindowOf(month, Zone(monthly.TimeZone)))
            .ToList(),
        _ => throw new System.Diagnostics.UnreachableException(period.GetType().Name),
    };

    /// <summary>The custom period, or the month that is now; the first month while it has not come.</summary>
    public static Window Current(BudgetPeriod period, DateTimeOffset now) => period switch
    {
        BudgetPeriod.Custom custom => custom.Window,
        BudgetPeriod.Monthly monthly => CalendarMonths.WindowOf(Later(CalendarMonths.Holding(now, Zone(monthly.TimeZone)), monthly.First), Zone(monthly.TimeZone)),
        _ => throw new System.Diagnostics.UnreachableException(period.GetType().Name),
    };

    /// <returns>The UTC day of a slot, from 1970.</returns>
    public static int DayOf(QuarterHour slot) =>
        slot.Index >= 0 ? slot.Index / SlotsPerDay : (slot.Index - SlotsPerDay + 1) / SlotsPerDay;

    private static bool IsZone(string id) => DateTimeZoneProviders.Tzdb.Ids.Contains(id);

    private static DateTimeZone Zone(string id) => DateTimeZoneProviders.Tzdb[id];

    private static DateTimeOffset Start(int day) => DateTimeOffset.UnixEpoch.AddDays(day);

    private static CalendarMonth Later(CalendarMonth one, CalendarMonth other) => one > other ? one : other;
}
