using System.Globalization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>BurstGPT: seconds from the start, model, request and response tokens.</summary>
internal static class BurstGpt
{
    public static readonly TraceFormat Format = new("burstgpt", false, ["Timestamp", "Model", "Request tokens", "Response tokens"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        using var rows = new CsvRows(file);
        var (timestamp, model, input, output) =
            (rows.Column("Timestamp"), rows.Column("Model"), rows.Column("Request tokens"), rows.Column("Response tokens"));
        while (rows.Read())
        {
            var quantities = new Dictionary<string, long?>
            {
                [UnitClasses.UncachedInput] = rows.Count(input),
                [UnitClasses.Output] = rows.Count(output),
            };
            yield return file.Record(
                rows.Number.ToString(CultureInfo.InvariantCulture), file.At(rows.Decimal(timestamp)), quantities, model: rows.Text(model));
        }
    }
}
