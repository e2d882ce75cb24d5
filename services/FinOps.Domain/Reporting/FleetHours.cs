using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>The hours that a window touches and that cost something.</summary>
public static class FleetHours
{
    public const int Quarters = FleetHourCost.Quarters;

    /// <summary>The whole hours that a window touches: a part of an hour shares the hour's cost with the rest of its work.</summary>
    public static (QuarterHour First, QuarterHour End) Whole(Window window) => (
        new QuarterHour(window.FirstSlot.Hour * Quarters), new QuarterHour((new QuarterHour(window.EndSlot.Index - 1).Hour + 1) * Quarters));

    /// <param name="book">The cost lines.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="window">Hours that lie in it wholly or in part.</param>
    /// <param name="now">Hours that begin later cost nothing yet; one that has begun costs whole.</param>
    public static IEnumerable<(int Hour, FleetHourCost Cost)> Within(FleetBook book, FleetId fleet, Window window, DateTimeOffset now)
    {
        // Outside its first line and its last line's end a fleet costs nothing: ten years need not be walked for a week of cost.
        if (book.Extent(fleet) is not { } extent) yield break;
        var (from, to) = (Later(window.From, extent.From), Earlier(window.To, extent.To ?? window.To));
        if (from >= to) yield break;
        var last = Math.Min(new QuarterHour(QuarterHour.Holding(to).Index - 1).Hour, QuarterHour.Holding(now).Hour);
        for (var hour = QuarterHour.Holding(from).Hour; hour <= last; hour++)
        {
            if (book.OfHour(fleet, hour) is { } cost) yield return (hour, cost);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
