using System.Globalization;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace FinOps.Platform.Reporting;

/// <summary>The hours, days or months of a time zone as runs of quarter-hours, clock changes included.</summary>
internal sealed class CalendarBuckets
{
    private static readonly OffsetPattern OffsetText = OffsetPattern.CreateWithInvariantCulture("Z+HH:mm");

    private readonly DateTimeZone zone;
    private readonly Dimension? dimension;
    private readonly int monthStartsOnDay;
    private ZoneInterval? interval; // the last one that was needed
    private (long Day, long Month) lastMonth = (long.MinValue, 0);

    /// <param name="window">What is reported.</param>
    /// <param name="dimension">Of time; null where it is not grouped by.</param>
    /// <param name="timeZone">IANA.</param>
    /// <param name="monthStartsOnDay">An accounting month that starts on the 15th of March ends with the 14th of April and is called 2026-03.</param>
    /// <exception cref="RejectedException">No such zone.</exception>
    public CalendarBuckets(Window window, Dimension? dimension, string timeZone, int monthStartsOnDay = 1)
    {
        this.dimension = dimension;
        this.monthStartsOnDay = monthStartsOnDay;
        zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(timeZone) ?? throw new RejectedException(new Rejection(
            "time_zone_unknown", "timeZone", $"`timeZone` is '{timeZone}'; it must be an IANA zone such as UTC or America/New_York."));
        Buckets = dimension is null ? TimeBuckets.None : new TimeBuckets(Starts(window));
    }

    public TimeBuckets Buckets { get; }

    /// <returns>The bucket's name in the zone: 2026-03, 2026-03-08, 2026-03-08T01:00-05:00; null where time is not grouped by.</returns>
    public string? Label(int bucket)
    {
        if (bucket == TimeBuckets.NoBucket) return null;
        var (local, offset) = Local(Buckets.StartOf(bucket));
        var culture = CultureInfo.InvariantCulture;
        return dimension switch
        {
            Dimension.Month => MonthOf(local.Date).ToString("uuuu-MM", culture),
            Dimension.Day => local.ToString("uuuu-MM-dd", culture),
            Dimension.Hour => local.ToString("uuuu-MM-dd'T'HH':00'", culture) + OffsetText.Format(offset),
            _ => local.ToString("uuuu-MM-dd'T'HH:mm", culture) + OffsetText.Format(offset),
        };
    }

    /// <summary>A bucket starts where the local hour, day or month changes; the first one may start before the window.</summary>
    private List<QuarterHour> Starts(Window window)
    {
        var first = window.FirstSlot;
        while (Key(new QuarterHour(first.Index - 1)) == Key(first)) first = new QuarterHour(first.Index - 1);
        var starts = new List<QuarterHour> { first };
        var current = Key(first);
        for (var slot = first.Index + 1; slot < window.EndSlot.Index; slot++)
        {
            var key = Key(new QuarterHour(slot));
            // A clock set back over midnight would start the day before again; that hour stays in the day it is found in.
            if (key == current || (IsCalendar && key < current)) continue;
            starts.Add(new QuarterHour(slot));
            current = key;
        }

        return starts;
    }

    private bool IsCalendar => dimension is Dimension.Day or Dimension.Month;

    /// <summary>What slots of one bucket have in common. An hour that the clock repeats differs by its offset.</summary>
    private long Key(QuarterHour slot)
    {
        if (dimension == Dimension.QuarterHour) return slot.Index;
        // A long window has a hundred thousand slots, so their local time is arithmetic, with an offset that seldom changes.
        var offset = OffsetAt(slot.Start.ToInstant());
        var local = (slot.Index * (long)QuarterHour.Length.TotalSeconds) + offset.Seconds;
        return dimension switch
        {
            Dimension.Month => MonthOf(FloorDivided(local, NodaConstants.SecondsPerDay)),
            Dimension.Day => FloorDivided(local, NodaConstants.SecondsPerDay),
            _ => (FloorDivided(local, NodaConstants.SecondsPerHour) * 100_000) + offset.Seconds,
        };
    }

    /// <param name="day">Counted from 1970.</param>
    /// <returns>Rising from accounting month to accounting month.</returns>
    private long MonthOf(long day)
    {
        if (lastMonth.Day != day)
        {
            var date = MonthOf(new LocalDate(1970, 1, 1).PlusDays((int)day));
            lastMonth = (day, (date.Year * 12L) + date.Month);
        }

        return lastMonth.Month;
    }

    /// <returns>A date whose calendar month gives the name of the accounting month.</returns>
    private LocalDate MonthOf(LocalDate date) => date.PlusDays(1 - monthStartsOnDay);

    private static long FloorDivided(long value, int by) => value >= 0 ? value / by : (value - by + 1) / by;

    private (LocalDateTime Local, Offset Offset) Local(QuarterHour slot)
    {
        var instant = slot.Start.ToInstant();
        var offset = OffsetAt(instant);
        return (instant.WithOffset(offset).LocalDateTime, offset);
    }

    private Offset OffsetAt(Instant instant)
    {
        if (interval is null || !interval.Contains(instant)) interval = zone.GetZoneInterval(instant);
        return interval.WallOffset;
    }
}
