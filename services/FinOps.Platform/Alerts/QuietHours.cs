using FinOps.Domain.Values;
using NodaTime;
using NodaTime.TimeZones;

namespace FinOps.Platform.Alerts;

/// <summary>
/// Hours of a zone's clock in which alerts wait, over midnight where they end before they start. As long as the clock shows such an hour it
/// is quiet: an hour that comes twice is quiet both times, and one that is left out ends where the clock goes on.
/// </summary>
internal sealed record QuietHours(TimeOnly Starts, TimeOnly Ends, string Zone)
{
    private static readonly ZoneLocalMappingResolver First =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    private static readonly ZoneLocalMappingResolver Last =
        Resolvers.CreateMappingResolver(Resolvers.ReturnLater, Resolvers.ReturnStartOfIntervalAfter);

    /// <returns>When alerts go again; null when they go now.</returns>
    public DateTimeOffset? Release(DateTimeOffset now)
    {
        var zone = DateTimeZoneProviders.Tzdb[Zone];
        var instant = Instant.FromDateTimeOffset(now);
        var today = instant.InZone(zone).Date;
        foreach (var day in (LocalDate[])[today.PlusDays(-1), today])
        {
            var starts = At(zone, day, Starts, First);
            var ends = At(zone, Ends > Starts ? day : day.PlusDays(1), Ends, Last);
            if (starts <= instant && instant < ends) return ends.ToDateTimeOffset();
        }

        return null;
    }

    /// <exception cref="RejectedException">Names every flaw.</exception>
    public static QuietHours Read(string? from, string? to, string? timeZone)
    {
        var checks = new Checks();
        var read = new QuietHours(
            ClockTime.Read(from, null, "from", checks), ClockTime.Read(to, null, "to", checks), ClockTime.Zone(timeZone, "timeZone", checks));
        if (!checks.AnyFailed && read.Starts == read.Ends) checks.Fail("quiet_hours_empty", "to", "Quiet hours end at another time than they start.");
        checks.ThrowIfAny();
        return read;
    }

    /// <summary>When a zone's clock shows a time of a day: the first or the last time, and what is left out counts as the moment after.</summary>
    internal static Instant At(DateTimeZone zone, LocalDate day, TimeOnly time, ZoneLocalMappingResolver? resolver = null) =>
        zone.ResolveLocal(day.At(LocalTime.FromTimeOnly(time)), resolver ?? First).ToInstant();
}
