using System.Diagnostics;
using FinOps.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Host.Benchmarks;

/// <summary>The fastest honest way into PostgreSQL: binary COPY of the same records into one table with two unique indexes.</summary>
internal static class CopyBaseline
{
    /// <returns>Records per second, and bytes on disk per record with both indexes.</returns>
    public static async Task<(double RecordsPerSecond, double BytesPerRecord)> MeasureAsync(string postgres, IReadOnlyList<UsageRecord> records, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellation);
        await using (var create = new NpgsqlCommand(
            """
            drop table if exists finops.bench_copy;
            create table finops.bench_copy (
              seq bigint primary key, tenant text not null, source text not null, id text not null, model text not null, fleet text not null,
              occurred_at timestamptz not null, input bigint not null, output bigint not null, api_key text not null,
              unique (tenant, source, id))
            """, connection))
            await create.ExecuteNonQueryAsync(cancellation);
        var clock = Stopwatch.StartNew();
        await using (var writer = await connection.BeginBinaryImportAsync("copy finops.bench_copy from stdin (format binary)", cancellation))
        {
            var seq = 0L;
            foreach (var record in records)
            {
                await writer.StartRowAsync(cancellation);
                await writer.WriteAsync(seq++, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(record.Tenant, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(record.Source!, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(record.Id, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(record.Model, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(record.Fleet!, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(record.OccurredAt, NpgsqlDbType.TimestampTz, cancellation);
                await writer.WriteAsync(record.Quantities[UnitClasses.UncachedInput]!.Value, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(record.Quantities[UnitClasses.Output]!.Value, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(record.Tags!["apiKey"], NpgsqlDbType.Text, cancellation);
            }

            await writer.CompleteAsync(cancellation);
        }

        var rate = records.Count / clock.Elapsed.TotalSeconds;
        await using var size = new NpgsqlCommand("select pg_total_relation_size('finops.bench_copy')", connection);
        var bytes = (long)(await size.ExecuteScalarAsync(cancellation))! / (double)records.Count;
        await using var drop = new NpgsqlCommand("drop table finops.bench_copy", connection);
        await drop.ExecuteNonQueryAsync(cancellation);
        return (rate, bytes);
    }
}
