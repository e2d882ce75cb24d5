using System.Globalization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>Mooncake's traces: milliseconds from the start, lengths, and the ids of the prompt's 512-token prefix blocks.</summary>
internal static class Mooncake
{
    private const int TokensPerBlock = 512;

    public static readonly TraceFormat Format =
        new("mooncake", true, ["timestamp", "input_length", "output_length", "hash_ids"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        var seen = new HashSet<long>();
        foreach (var (number, _, row) in JsonRows.Read(file, TraceJson.Default.MooncakeRow))
        {
            var quantities = new Dictionary<string, long?>
            {
                [UnitClasses.InputTotal] = row.InputLength,
                [UnitClasses.OutputTotal] = row.OutputLength,
            };
            if (CacheRead(row, seen) is var cacheRead and not 0) quantities[UnitClasses.CacheRead] = cacheRead;
            seen.UnionWith(row.HashIds);
            yield return file.Record(number.ToString(CultureInfo.InvariantCulture), file.At(row.Timestamp / 1000m), quantities);
        }
    }

    /// <summary>What a cache that never forgets would have served: the leading blocks seen in any earlier row.</summary>
    private static long CacheRead(Row row, HashSet<long> seen) =>
        Math.Min(row.HashIds.TakeWhile(seen.Contains).LongCount() * TokensPerBlock, row.InputLength);

    internal sealed record Row
    {
        public required decimal Timestamp { get; init; }

        public required long InputLength { get; init; }

        public required long OutputLength { get; init; }

        public required long[] HashIds { get; init; }
    }
}
