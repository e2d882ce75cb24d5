using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>Exgentic's agent calls. The id is the span's: a failed call has no response id, and one response id occurs twice.</summary>
internal static class Exgentic
{
    public static readonly TraceFormat Format =
        new("exgentic", true, ["span_id", "start_time_iso", "response_model", "input_tokens", "output_tokens", "is_error"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        foreach (var (_, line, row) in JsonRows.Read(file, TraceJson.Default.ExgenticRow))
        {
            if (!TraceInstant.TryParse(row.StartTimeIso, out var start))
                throw new TraceException(file.Path, line, "'start_time_iso'", $"'{row.StartTimeIso}': {TraceInstant.Expected}");
            var quantities = new Dictionary<string, long?>
            {
                [UnitClasses.UncachedInput] = row.InputTokens,
                [UnitClasses.Output] = row.OutputTokens,
            };
            yield return file.Record(row.SpanId, start, quantities, model: row.ResponseModel ?? row.RequestModel) with
            {
                Status = row.IsError ? "failed" : null,
            };
        }
    }

    internal sealed record Row
    {
        public required string SpanId { get; init; }

        public required string StartTimeIso { get; init; }

        public string? ResponseModel { get; init; }

        public string? RequestModel { get; init; }

        public required long InputTokens { get; init; }

        public required long OutputTokens { get; init; }

        public required bool IsError { get; init; }
    }
}
