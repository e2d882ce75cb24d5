using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>An hour is provisional until some time after its end: usage may still arrive and restate it.</summary>
public static class Provisional
{
    /// <returns>From when on the window's figures may still change; null when all of it is settled.</returns>
    public static DateTimeOffset? From(Window window, DateTimeOffset now, TimeSpan settlesAfter)
    {
        var firstOpenHour = QuarterHour.Holding(now - settlesAfter).Hour;
        var open = new QuarterHour(firstOpenHour * FleetHours.Quarters).Start;
        if (open >= window.To) return null;
        return open > window.From ? open : window.From;
    }
}
