using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>When a standing alert is told again. Of two instants alone, so neither a late sweep nor a missed one moves the next.</summary>
public static class Reminders
{
    public const int MinHours = 1;

    /// <summary>A month's hours; who waits longer has the next period.</summary>
    public const int MaxHours = 744;

    /// <summary>Notices of one alert: two a day for a month. More is noise that nobody reads.</summary>
    public const int MostPerAlert = 60;

    /// <summary>
    /// Every so many hours from the crossing, or the last return, on. Where several have passed since it was last told, one is due: what was
    /// missed is caught up by one notice, and the one after it comes when it would have come.
    /// </summary>
    /// <param name="standsSince">The crossing, or the last return.</param>
    /// <param name="toldAt">The last reminder, or <paramref name="standsSince"/>.</param>
    /// <param name="hours">Between two.</param>
    /// <param name="now">Now.</param>
    public static bool IsDue(DateTimeOffset standsSince, DateTimeOffset toldAt, int hours, DateTimeOffset now) =>
        Passed(standsSince, now, hours) > Passed(standsSince, toldAt < standsSince ? standsSince : toldAt, hours);

    private static long Passed(DateTimeOffset standsSince, DateTimeOffset at, int hours) => (at - standsSince).Ticks / (hours * TimeSpan.TicksPerHour);

    internal static Rejection? Flaw(int? hours) => hours is < 0 or > MaxHours
        ? new Rejection("renotify_out_of_range", "renotifyHours", $"A standing alert is told again every {MinHours} to {MaxHours} hours; 0 is never.")
        : null;
}
