using System.Globalization;
using System.IO.Compression;
using FinOps.Contracts;

namespace FinOps.Chaos.Load;

/// <summary>What one tenant used of one model on one UTC day.</summary>
internal readonly record struct CellKey(string Tenant, string Model, string Day);

internal readonly record struct Cell(long Records, long Input, long Output, long Reasoning, long Image, decimal Charge)
{
    /// <summary>The answers, from the records as they are sent: plain sums, with nothing of the platform in them.</summary>
    public static Dictionary<CellKey, Cell> Of(IEnumerable<UsageRecord> records)
    {
        var cells = new Dictionary<CellKey, Cell>();
        foreach (var record in records)
        {
            var key = new CellKey(record.Tenant, record.Model, record.OccurredAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            cells[key] = cells.GetValueOrDefault(key).With(record);
        }

        return cells;
    }

    /// <summary>The answers that were computed elsewhere for a recorded trace.</summary>
    public static Dictionary<CellKey, Cell> Read(string rollUp)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(rollUp), CompressionMode.Decompress));
        var header = reader.ReadLine()!.Split(',');
        var cells = new Dictionary<CellKey, Cell>();
        while (reader.ReadLine() is { } line)
        {
            var row = header.Zip(line.Split(',')).ToDictionary(c => c.First, c => c.Second);
            cells.Add(new CellKey(row["tenant"], row["model"], row["day_utc"]), new Cell(
                Count("events"), Count("input_tokens"), Count("output_tokens"), Count("reasoning_tokens"), Count("image_tokens"),
                decimal.Parse(row["cost_with_price_change_usd"], CultureInfo.InvariantCulture)));

            long Count(string column) => long.Parse(row[column], CultureInfo.InvariantCulture);
        }

        return cells;
    }

    private Cell With(UsageRecord record)
    {
        var (input, output) = (Sum(record, UnitClasses.InputTotal, UnitClasses.UncachedInput), Sum(record, UnitClasses.OutputTotal, UnitClasses.Output));
        return new Cell(
            Records + 1, Input + input, Output + output, Reasoning + Sum(record, UnitClasses.Reasoning), Image + Sum(record, UnitClasses.Image),
            Charge + Price.Charge(record.Model, record.OccurredAt, input, output));
    }

    /// <summary>The first of these quantities that the record names.</summary>
    private static long Sum(UsageRecord record, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (record.Quantities.TryGetValue(name, out var value)) return value ?? 0;
        }

        return 0;
    }
}
