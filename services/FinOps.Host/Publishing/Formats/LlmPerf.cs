using System.Globalization;
using System.Text.Json.Serialization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>
/// LLMPerf's benchmark calls. There is no time but the calls' own durations: in each run a call starts when the one before it ended; all
/// runs start together.
/// </summary>
internal static class LlmPerf
{
    public static readonly TraceFormat Format =
        new("llmperf", true, ["model", "run_id", "number_input_tokens", "number_output_tokens", "e2e_latency_ms"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        var runMilliseconds = new Dictionary<string, decimal>();
        foreach (var (number, _, row) in JsonRows.Read(file, TraceJson.Default.LlmPerfRow))
        {
            var start = runMilliseconds.GetValueOrDefault(row.RunId);
            runMilliseconds[row.RunId] = start + row.E2eLatencyMs;
            var quantities = new Dictionary<string, long?>
            {
                [UnitClasses.UncachedInput] = row.NumberInputTokens,
                [UnitClasses.Output] = row.NumberOutputTokens,
            };
            var id = number.ToString(CultureInfo.InvariantCulture);
            yield return file.Record(id, file.At(start / 1000m), quantities, model: row.Model) with
            {
                Status = row.Failure ? "failed" : null,
            };
        }
    }

    internal sealed record Row
    {
        public required string Model { get; init; }

        public required string RunId { get; init; }

        public required long NumberInputTokens { get; init; }

        public required long NumberOutputTokens { get; init; }

        [JsonPropertyName("e2e_latency_ms")]
        public required decimal E2eLatencyMs { get; init; }

        public bool Failure { get; init; }
    }
}
