using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Platform.Reporting;

/// <summary>A stretch of event time, in slots, end exclusive.</summary>
internal readonly record struct ReportSpan(int First, int End)
{
    public int FirstHour => new QuarterHour(First).Hour;

    public int LastHour => new QuarterHour(End - 1).Hour;

    public Window Window => new(new QuarterHour(First).Start, new QuarterHour(End).Start);
}

/// <summary>
/// Cuts a question's window into the stretches that are summed once and kept: whole days of its time zone where they are settled, hours where
/// they are not, so that new usage has an hour summed again and not a day.
/// </summary>
internal static class ReportSpans
{
    /// <param name="asked">The question.</param>
    /// <param name="settledBefore">Days that ended by then are settled.</param>
    public static IReadOnlyList<ReportSpan> Of(AskedUnitCost asked, DateTimeOffset settledBefore)
    {
        var (question, window) = (asked.Question, asked.Question.Window);
        if (question.GroupBy.Contains(Dimension.Hour)) return [.. Stretches(question.Buckets, window)];
        // A quarter-hour more tells whether the window's last day is whole.
        var days = new CalendarBuckets(new Window(window.From, window.To + QuarterHour.Length), Dimension.Day, asked.TimeZone).Buckets;
        var (settled, now) = (QuarterHour.Holding(settledBefore).Index, QuarterHour.Holding(question.Now).Index);
        var spans = new List<ReportSpan>();
        for (var i = 0; i < days.Count && days.StartOf(i) < window.EndSlot; i++)
        {
            var (first, end) = (days.StartOf(i).Index, i + 1 < days.Count ? days.StartOf(i + 1).Index : int.MaxValue);
            var isWhole = first >= window.FirstSlot.Index && end <= window.EndSlot.Index;
            if (isWhole && (end <= settled || first > now)) spans.Add(new ReportSpan(first, end));
            else spans.AddRange(Hours(Math.Max(first, window.FirstSlot.Index), Math.Min(end, window.EndSlot.Index)));
        }

        return spans;
    }

    private static IEnumerable<ReportSpan> Stretches(TimeBuckets buckets, Window window)
    {
        for (var i = 0; i < buckets.Count; i++)
        {
            yield return new ReportSpan(
                Math.Max(buckets.StartOf(i).Index, window.FirstSlot.Index), i + 1 < buckets.Count ? buckets.StartOf(i + 1).Index : window.EndSlot.Index);
        }
    }

    private static IEnumerable<ReportSpan> Hours(int first, int end)
    {
        while (first < end)
        {
            var next = Math.Min(end, (new QuarterHour(first).Hour + 1) * FleetHours.Quarters);
            yield return new ReportSpan(first, next);
            first = next;
        }
    }
}
