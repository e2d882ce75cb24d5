using System.Globalization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>
/// Coding-agent turns (cc-traces-weka). There is no absolute time: each turn says how long after its session's start it came; all sessions
/// start together.
/// </summary>
internal static class Weka
{
    public static readonly TraceFormat Format =
        new("cc_traces_weka", true, ["session_id", "model_id", "request_arrival_delta_s", "input_tokens", "output_tokens"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        foreach (var (number, _, row) in JsonRows.Read(file, TraceJson.Default.WekaRow))
        {
            var quantities = new Dictionary<string, long?>
            {
                [UnitClasses.UncachedInput] = row.InputTokens,
                [UnitClasses.Output] = row.OutputTokens,
            };
            yield return file.Record(
                number.ToString(CultureInfo.InvariantCulture), file.At(row.RequestArrivalDeltaS), quantities, model: row.ModelId);
        }
    }

    internal sealed record Row
    {
        public required string ModelId { get; init; }

        public required decimal RequestArrivalDeltaS { get; init; }

        public required long InputTokens { get; init; }

        public required long OutputTokens { get; init; }
    }
}
