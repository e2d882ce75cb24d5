using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FinOps.Host.Publishing;

/// <summary>Says how far a run is, and at its end why records were refused; makes the summary.</summary>
internal sealed class PublishProgress(PublishTally tally, TextWriter output, bool isTerminal, TimeSpan every, TimeProvider clock)
{
    private const int ReasonsShown = 5;

    private readonly long startedAt = clock.GetTimestamp();

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) await output.WriteAsync(isTerminal ? $"\r\e[K{Line()}" : $"{Line()}\n");
        }
        catch (OperationCanceledException)
        {
            if (isTerminal) await output.WriteAsync("\r\e[K");
        }
    }

    public string Line()
    {
        var counts = tally.Counts;
        var (_, trouble) = tally.Troubles;
        var text = new StringBuilder($"read {Grouped(counts.Read)}  accepted {Grouped(counts.Accepted)}");
        if (counts.Duplicates > 0) text.Append($"  duplicates {Grouped(counts.Duplicates)}");
        if (counts.Conflicts > 0) text.Append($"  conflicts {Grouped(counts.Conflicts)}");
        if (counts.Quarantined > 0) text.Append($"  quarantined {Grouped(counts.Quarantined)}");
        text.Append($"  {Grouped(PerSecond(counts))} records/s  {Seconds():0} s");
        if (trouble is not null) text.Append($"  (sending again: {trouble})");
        return text.ToString();
    }

    /// <summary>The last words on standard error.</summary>
    public IEnumerable<string> Remarks()
    {
        var reasons = tally.Reasons;
        foreach (var reason in reasons.Take(ReasonsShown))
        {
            yield return $"quarantined {Grouped(reason.Records)}: {reason.Reason} ({reason.Field}), "
                + $"first '{reason.FirstId}': {reason.Message}";
        }

        if (reasons.Count > ReasonsShown)
            yield return $"quarantined for {reasons.Count - ReasonsShown} more reasons: see the quarantine query";
        if (tally.Troubles.Resent > 0)
        {
            yield return $"{tally.Troubles.Resent} sendings went unanswered and were tried again; "
                + "where only the answer was lost, records accepted then show as duplicates";
        }
    }

    /// <summary>One line of JSON. <c>unanswered</c> appears only where a run ended before all was answered.</summary>
    public string Summary()
    {
        var counts = tally.Counts;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("read", counts.Answered);
            json.WriteNumber("accepted", counts.Accepted);
            json.WriteNumber("duplicates", counts.Duplicates);
            json.WriteNumber("conflicts", counts.Conflicts);
            json.WriteNumber("quarantined", counts.Quarantined);
            if (counts.Read > counts.Answered) json.WriteNumber("unanswered", counts.Read - counts.Answered);
            json.WriteNumber("seconds", Math.Round((decimal)Seconds(), 3));
            json.WriteNumber("recordsPerSecond", PerSecond(counts));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private double Seconds() => clock.GetElapsedTime(startedAt).TotalSeconds;

    private long PerSecond(PublishCounts counts) => (long)(counts.Answered / Math.Max(Seconds(), 0.001));

    private static string Grouped(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
