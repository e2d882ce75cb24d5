using System.Data;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Reconciliation;

/// <summary>What became of one meter's month.</summary>
/// <param name="Expected">Its rows by the events.</param>
/// <param name="Found">Its rows as they were.</param>
internal sealed record RebuiltStream(
    MeterMonth Month, long Events, SeriesNumbers Series, IReadOnlyList<LedgerRow> Expected, IReadOnlyList<LedgerRow> Found);

/// <summary>
/// Makes the buckets of one meter and month again. The long reading holds no lock; then the stream's row is locked, as a commit locks it,
/// what arrived meanwhile is folded too, and the rows are exchanged in that transaction. Whoever reads sees the old rows until then, and a
/// commit to this stream waits for the exchange alone.
/// </summary>
internal static class RebuildStream
{
    private static readonly string CopySql =
        $"copy finops.bucket (series, slot, recorded_hour, {string.Join(", ", LedgerSums.MeasureColumns)}) from stdin (format binary)";

    public static async Task<RebuiltStream> RunAsync(
        NpgsqlDataSource database, IDocumentStore store, MeterMonth month, bool write, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Who only looks needs no lock: one snapshot holds events and rows that belong together.
        await using var transaction = await connection.BeginTransactionAsync(
            write ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead, cancellation);
        await using var stored = UsageEvents.In(transaction, store);
        var (rows, stream) = (new LedgerRows(), month.StreamId);
        var version = await VersionAsync(connection, stream, "", cancellation);
        var events = await stored.FoldAsync(rows, stream, 0, version, cancellation);
        if (write)
        {
            var locked = await VersionAsync(connection, stream, "for update", cancellation);
            events += await stored.FoldAsync(rows, stream, version, locked, cancellation);
            version = locked;
            await AddSeriesAsync(connection, month.Meter, rows, cancellation);
        }

        var series = new SeriesNumbers(await BucketTable.SeriesAsync(connection, month.Meter, cancellation));
        var expected = Ordered(rows.Numbered(series.Of));
        var found = Ordered(await BucketTable.RowsAsync(connection, series.Known, month.FirstSlot.Index, month.EndSlot.Index, cancellation));
        if (write && !Same(expected, found)) await ExchangeAsync(connection, month, version > 0, series, expected, cancellation);
        await transaction.CommitAsync(cancellation);
        return new RebuiltStream(month, events, series, expected, found);
    }

    /// <returns>The records in the stream's events, which are read as a rebuild reads them and not folded.</returns>
    public static async Task<long> ReadAsync(NpgsqlDataSource database, IDocumentStore store, MeterMonth month, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using var stored = UsageEvents.In(transaction, store);
        var (version, records) = (await VersionAsync(connection, month.StreamId, "", cancellation), 0L);
        await foreach (var one in stored.ReadAsync(month.StreamId, 0, version, cancellation)) records += LedgerFold.Meaning(one.Data).Records.Ids.Count;
        return records;
    }

    public static bool Same(IReadOnlyList<LedgerRow> one, IReadOnlyList<LedgerRow> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => Same(pair.First, pair.Second));

    private static bool Same(LedgerRow one, LedgerRow other) =>
        (one.Series, one.Slot, one.RecordedHour) == (other.Series, other.Slot, other.RecordedHour) && one.Values.AsSpan().SequenceEqual(other.Values);

    private static List<LedgerRow> Ordered(IEnumerable<LedgerRow> rows) =>
        [.. rows.OrderBy(r => r.Series).ThenBy(r => r.Slot).ThenBy(r => r.RecordedHour)];

    /// <returns>0 where there is no such stream.</returns>
    private static async Task<long> VersionAsync(NpgsqlConnection connection, string stream, string locking, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select version from finops.mt_streams where id = $1 {locking}", connection)
        {
            Parameters = { new() { Value = stream } },
        };
        return await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
    }

    private static async Task AddSeriesAsync(NpgsqlConnection connection, Meter meter, LedgerRows rows, CancellationToken cancellation)
    {
        var series = rows.Series.ToArray();
        await using var command = new NpgsqlCommand(
            """
            insert into finops.series (tenant, model, fleet, rate_class, tags)
            select $1, $2, f, r, t from unnest($3, $4, $5) as n (f, r, t)
            where not exists (
              select from finops.series s where s.tenant = $1 and s.model = $2 and s.fleet = n.f and s.rate_class = n.r and s.tags = n.t)
            order by f, r, t
            on conflict (tenant, model, fleet, rate_class, tags) do nothing
            """, connection)
        {
            Parameters =
            {
                new() { Value = meter.Tenant.Value },
                new() { Value = meter.Model.Value },
                new() { Value = Array.ConvertAll(series, s => s.Fleet) },
                new() { Value = Array.ConvertAll(series, s => s.RateClass.Text) },
                new() { Value = Array.ConvertAll(series, s => s.Tags) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task ExchangeAsync(
        NpgsqlConnection connection, MeterMonth month, bool hasStream, SeriesNumbers series, List<LedgerRow> rows,
        CancellationToken cancellation)
    {
        // Without a stream there is nothing to lock. A row that a first commit changes meanwhile is no longer equal to what was seen, and stays.
        var condition = hasStream ? "" : "and b.* = o.* and not exists (select from finops.mt_streams where id = $4)";
        await using var delete = new NpgsqlCommand(
            $"""
             delete from finops.bucket b using finops.bucket o
             where o.series = b.series and o.slot = b.slot and o.recorded_hour = b.recorded_hour
               and b.series = any($1) and b.slot >= $2 and b.slot < $3 {condition}
             """, connection)
        {
            Parameters =
            {
                new() { Value = series.Known.ToArray() },
                new() { Value = month.FirstSlot.Index },
                new() { Value = month.EndSlot.Index },
            },
        };
        if (!hasStream) delete.Parameters.Add(new() { Value = month.StreamId });
        await UsageChanges.NoteAsync(connection, [.. series.Known], month.FirstSlot.Index, month.EndSlot.Index, cancellation);
        await delete.ExecuteNonQueryAsync(cancellation);
        if (rows.Count == 0) return;
        await using var copy = await connection.BeginBinaryImportAsync(CopySql, cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync((int)row.Series, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(row.Slot, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(row.RecordedHour, NpgsqlDbType.Integer, cancellation);
            foreach (var value in row.Values) await copy.WriteAsync(value, NpgsqlDbType.Bigint, cancellation);
        }

        await copy.CompleteAsync(cancellation);
        await copy.CloseAsync(cancellation);
        await UsageChanges.NoteAsync(connection, [.. rows.Select(r => (int)r.Series).Distinct()], month.FirstSlot.Index, month.EndSlot.Index, cancellation);
    }
}
