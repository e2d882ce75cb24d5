using System.Globalization;
using FinOps.Contracts;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Publishing;

/// <summary>
/// Replays a file as live usage: all its instants move so that the last is now, and its ids get the run's name, since it may have been
/// published before.
/// </summary>
internal static class LiveShift
{
    // The oldest record must still be in the window when its batch arrives.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <param name="file">For the error.</param>
    /// <param name="read">Reads the file; called twice, the first time for its last instant.</param>
    /// <param name="run">The run's name.</param>
    /// <param name="now">Where the last record goes.</param>
    public static IEnumerable<UsageRecord> Apply(TraceFile file, Func<IEnumerable<UsageRecord>> read, string run, DateTimeOffset now)
    {
        var (first, last) = (DateTimeOffset.MaxValue, DateTimeOffset.MinValue);
        foreach (var record in read())
        {
            if (record.OccurredAt < first) first = record.OccurredAt;
            if (record.OccurredAt > last) last = record.OccurredAt;
        }

        if (last - first > Limits.AcceptanceWindowBack - Margin)
        {
            var days = ((last - first) / TimeSpan.FromDays(1)).ToString("0.0", CultureInfo.InvariantCulture);
            throw new TraceException(
                $"{file.Path} spans {days} days, and live usage may be {Limits.AcceptanceWindowBack.Days} days old: leave out --live.");
        }

        var shift = now - last;
        return read().Select(record => record with { Id = $"{run}-{record.Id}", OccurredAt = record.OccurredAt + shift });
    }
}
