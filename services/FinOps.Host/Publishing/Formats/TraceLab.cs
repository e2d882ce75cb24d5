using System.Globalization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>TraceLab's agent rounds, with the cache split. A round happened when its first timing event did.</summary>
internal static class TraceLab
{
    public static readonly TraceFormat Format =
        new("tracelab", true, ["round_id", "model", "input_tokens_total", "prefix_tokens", "newly_append_tokens", "timing_events"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        foreach (var (number, line, row) in JsonRows.Read(file, TraceJson.Default.TraceLabRow))
        {
            var timestamp = row.TimingEvents.FirstOrDefault()?.Timestamp;
            if (!TraceInstant.TryParse(timestamp, out var occurredAt))
                throw new TraceException(file.Path, line, "'timing_events[0].timestamp'", $"'{timestamp}': {TraceInstant.Expected}");
            var id = number.ToString(CultureInfo.InvariantCulture);
            yield return file.Record(id, occurredAt, Quantities(file, line, row), model: row.Model);
        }
    }

    /// <summary>Anthropic's rows tell what the cache read and wrote; the others only which prefix it served.</summary>
    private static Dictionary<string, long?> Quantities(TraceFile file, long line, Row row)
    {
        var quantities = new Dictionary<string, long?>
        {
            [UnitClasses.InputTotal] = row.InputTokensTotal,
            [UnitClasses.OutputTotal] = row.OutputTokens,
            [UnitClasses.CacheRead] = row.ClaudeCacheReadInputTokens ?? row.PrefixTokens,
        };
        if (row.ClaudeCacheCreationInputTokens is { } written) quantities[UnitClasses.CacheWrite] = written;

        // Null where the provider bills reasoning as output and does not count it apart; the output total holds it.
        if (row.ReasoningOutputTokens is { } reasoning) quantities[UnitClasses.Reasoning] = reasoning;
        var rest = row.InputTokensTotal - quantities[UnitClasses.CacheRead] - (row.ClaudeCacheCreationInputTokens ?? 0);
        if (row.ClaudeUncachedInputTokens is { } uncached && uncached != rest)
            throw new TraceException(file.Path, line, "'claude_uncached_input_tokens'", $"{uncached}, where {rest} is left of the total");
        return quantities;
    }

    internal sealed record Row
    {
        public required string Model { get; init; }

        public required long InputTokensTotal { get; init; }

        public required long PrefixTokens { get; init; }

        public long? ClaudeUncachedInputTokens { get; init; }

        public long? ClaudeCacheCreationInputTokens { get; init; }

        public long? ClaudeCacheReadInputTokens { get; init; }

        public required long OutputTokens { get; init; }

        public long? ReasoningOutputTokens { get; init; }

        public required TimingEvent[] TimingEvents { get; init; }
    }

    internal sealed record TimingEvent(string Timestamp);
}
