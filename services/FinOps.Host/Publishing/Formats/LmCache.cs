using System.Globalization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>
/// LMCache's agent turns. Input counts are lost in it, so they are missing, not zero. A session's clock is the sum of its gaps; all
/// sessions start together.
/// </summary>
internal static class LmCache
{
    public static readonly TraceFormat Format =
        new("lmcache", true, ["session_id", "model_id", "input_len", "output_tokens", "pre_gap_s"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        var sessionSeconds = new Dictionary<string, decimal>();
        foreach (var (number, _, row) in JsonRows.Read(file, TraceJson.Default.LmCacheRow))
        {
            var seconds = sessionSeconds[row.SessionId] = sessionSeconds.GetValueOrDefault(row.SessionId) + row.PreGapS;
            var quantities = new Dictionary<string, long?>
            {
                // A call without any input does not exist: 0 is how this file says that it does not know.
                [UnitClasses.UncachedInput] = row.InputLen == 0 ? null : row.InputLen,
                [UnitClasses.Output] = row.OutputTokens,
            };
            yield return file.Record(number.ToString(CultureInfo.InvariantCulture), file.At(seconds), quantities, model: row.ModelId);
        }
    }

    internal sealed record Row
    {
        public required string SessionId { get; init; }

        public required string ModelId { get; init; }

        public required long InputLen { get; init; }

        public required long OutputTokens { get; init; }

        public required decimal PreGapS { get; init; }
    }
}
