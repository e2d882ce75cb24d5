using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>
/// The hostile schedule of the same events: late, twice, with foreign ids reused, with conflicts, and failed calls. Row order is arrival
/// order.
/// </summary>
internal static class ServeGenDeliveries
{
    public static readonly TraceFormat Format =
        new("servegen_deliveries", false, ["delivery_seq", "arrived_at", .. ServeGenRow.Marks, "status"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        using var rows = new CsvRows(file);
        var row = new ServeGenRow(rows);
        var status = rows.Column("status");
        while (rows.Read()) yield return row.Record(file) with { Status = rows.Text(status) };
    }
}
