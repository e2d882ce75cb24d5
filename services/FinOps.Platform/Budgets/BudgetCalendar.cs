using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using NodaTime;
using NodaTime.Extensions;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Periods of budgets on the time line. A period starts where its first date starts in the zone, so on nights of a clock change it is an hour
/// shorter or longer, and no hour lies in two of them or in none.
/// </summary>
internal static class BudgetCalendar
{
    /// <summary>UTC days hold this many slots.</summary>
    public const int SlotsPerDay = 96;

    public static DateOnly? DateHolding(string timeZone, DateTimeOffset instant) => IsZone(timeZone) ? DateIn(timeZone, instant) : null;

    /// <summary>The windows of the period that hold something of the days, in order.</summary>
    /// <param name="period">The budget's.</param>
    /// <param name="days">UTC days since 1970.</param>
    /// <param name="now">Of a rolling period, whose every day ends one, those that have not begun are left out.</param>
    public static IReadOnlyList<Window> Touched(BudgetPeriod period, IReadOnlyCollection<int> days, DateTimeOffset now)
    {
        if (period is BudgetPeriod.Custom { Window: var window })
            return days.Any(day => Start(day) < window.To && Start(day + 1) > window.From) ? [window] : [];
        var dates = days.SelectMany(day => (DateTimeOffset[])[Start(day), Start(day + 1).AddTicks(-1)])
            .Select(instant => DateIn(period.TimeZone, instant)).Distinct();
        if (period is BudgetPeriod.Rolling rolling)
        {
            var today = DateIn(rolling.TimeZone, now);
            return [.. dates.SelectMany(date => Enumerable.Range(0, rolling.Days).Select(date.AddDays)).Distinct()
                .Where(last => last >= rolling.First && last <= today).Order().Select(last => EndingWith(rolling, last))];
        }

        var (unit, first) = UnitOf(period);
        return [.. dates.Select(date => PeriodDates.StartOf(unit, date)).Where(start => start >= first).Distinct().Order()
            .Select(start => Clipped(period, Whole(unit, start, period.TimeZone))).OfType<Window>()
            .Where(clipped => days.Any(day => Start(day) < clipped.To && Start(day + 1) > clipped.From))];
    }

    /// <summary>The custom period, or the one that is now; the first one while it has not come.</summary>
    public static Window Current(BudgetPeriod period, DateTimeOffset now)
    {
        if (period is BudgetPeriod.Custom custom) return custom.Window;
        var today = DateIn(period.TimeZone, now);
        if (period is BudgetPeriod.Rolling rolling) return EndingWith(rolling, today > rolling.First ? today : rolling.First);
        var (unit, first) = UnitOf(period);
        var start = PeriodDates.StartOf(unit, today);
        var whole = Whole(unit, start > first ? start : first, period.TimeZone);
        return Clipped(period, whole) ?? Whole(unit, PeriodDates.Shift(unit, first, 1), period.TimeZone);
    }

    /// <returns>The calendar's period that the window is, or is a part of.</returns>
    public static Window WholeOf(BudgetPeriod period, Window window)
    {
        if (period is BudgetPeriod.Custom or BudgetPeriod.Rolling) return window;
        var (unit, _) = UnitOf(period);
        return Whole(unit, PeriodDates.StartOf(unit, DateIn(period.TimeZone, window.From)), period.TimeZone);
    }

    /// <returns>The period before; null where the budget did not count then. Of a rolling one, that which ended a day earlier.</returns>
    public static Window? Before(BudgetPeriod period, Window window)
    {
        if (period is BudgetPeriod.Custom) return null;
        if (period is BudgetPeriod.Rolling rolling)
        {
            var last = DateIn(rolling.TimeZone, window.To.AddTicks(-1)).AddDays(-1);
            return last < rolling.First ? null : EndingWith(rolling, last);
        }

        var (unit, first) = UnitOf(period);
        var start = PeriodDates.Shift(unit, PeriodDates.StartOf(unit, DateIn(period.TimeZone, window.From)), -1);
        return start < first ? null : Clipped(period, Whole(unit, start, period.TimeZone));
    }

    /// <returns>The UTC day of a slot, from 1970.</returns>
    public static int DayOf(QuarterHour slot) =>
        slot.Index >= 0 ? slot.Index / SlotsPerDay : (slot.Index - SlotsPerDay + 1) / SlotsPerDay;

    public static DateOnly DateIn(string timeZone, DateTimeOffset instant) =>
        instant.ToInstant().InZone(Zone(timeZone)).Date.ToDateOnly();

    /// <returns>When the date starts in the zone.</returns>
    public static DateTimeOffset StartIn(string timeZone, DateOnly date) =>
        Zone(timeZone).AtStartOfDay(LocalDate.FromDateOnly(date)).ToInstant().ToDateTimeOffset();

    private static (PeriodUnit Unit, DateOnly First) UnitOf(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Monthly monthly => (PeriodUnit.Month, new DateOnly(monthly.First.Year, monthly.First.Month, 1)),
        BudgetPeriod.Recurring recurring => (recurring.Unit, recurring.First),
        _ => throw new System.Diagnostics.UnreachableException(period.GetType().Name),
    };

    private static Window Whole(PeriodUnit unit, DateOnly start, string zone) =>
        new(StartIn(zone, start), StartIn(zone, PeriodDates.Shift(unit, start, 1)));

    private static Window EndingWith(BudgetPeriod.Rolling rolling, DateOnly last) =>
        new(StartIn(rolling.TimeZone, last.AddDays(1 - rolling.Days)), StartIn(rolling.TimeZone, last.AddDays(1)));

    /// <returns>Null where it ends before the budget starts.</returns>
    private static Window? Clipped(BudgetPeriod period, Window whole) => period.StartsAt is not { } start || start <= whole.From
        ? whole
        : start < whole.To ? new Window(start, whole.To) : null;

    private static bool IsZone(string id) => DateTimeZoneProviders.Tzdb.Ids.Contains(id);

    private static DateTimeZone Zone(string id) => DateTimeZoneProviders.Tzdb[id];

    private static DateTimeOffset Start(int day) => DateTimeOffset.UnixEpoch.AddDays(day);
}
