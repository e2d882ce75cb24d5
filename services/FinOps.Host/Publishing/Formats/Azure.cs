using System.Globalization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>Azure's published inference traces of 2023 and 2024: an instant with 7 digits and no zone, input, output.</summary>
internal static class Azure
{
    public static readonly TraceFormat Format = new("azure", false, ["TIMESTAMP", "ContextTokens", "GeneratedTokens"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        using var rows = new CsvRows(file);
        var (timestamp, input, output) = (rows.Column("TIMESTAMP"), rows.Column("ContextTokens"), rows.Column("GeneratedTokens"));
        while (rows.Read())
        {
            yield return file.Record(rows.Number.ToString(CultureInfo.InvariantCulture), rows.Instant(timestamp), new()
            {
                [UnitClasses.UncachedInput] = rows.Count(input),
                [UnitClasses.Output] = rows.Count(output),
            });
        }
    }
}
