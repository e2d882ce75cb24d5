using NodaTime;

namespace FinOps.Platform.Alerts.Digests;

/// <summary>
/// When a channel's digests are due. One for each day, or for each week's day, of the zone's calendar, whatever its clock does that night.
/// </summary>
internal sealed record DigestSchedule(DigestEvery Every, TimeOnly At, Weekday? Day, string Zone)
{
    /// <returns>The last one that was due: its day names it.</returns>
    public (DateOnly Day, DateTimeOffset At) Last(DateTimeOffset now)
    {
        var zone = DateTimeZoneProviders.Tzdb[Zone];
        var instant = Instant.FromDateTimeOffset(now);
        // Tomorrow's may lie before now: a zone's midnight can be left out.
        for (var day = instant.InZone(zone).Date.PlusDays(1); ; day = day.PlusDays(-1))
        {
            if (Every == DigestEvery.Week && (int)day.DayOfWeek != (int)(Day ?? Weekday.Monday)) continue;
            var at = QuietHours.At(zone, day, At);
            if (at <= instant) return (day.ToDateOnly(), at.ToDateTimeOffset());
        }
    }
}
