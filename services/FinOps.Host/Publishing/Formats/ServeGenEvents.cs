using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>A multi-tenant event stream drawn from ServeGen's statistics; event ids are the file's own.</summary>
internal static class ServeGenEvents
{
    public static readonly TraceFormat Format = new("servegen_events", false, ServeGenRow.Marks, Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        using var rows = new CsvRows(file);
        var row = new ServeGenRow(rows);
        while (rows.Read()) yield return row.Record(file);
    }
}
