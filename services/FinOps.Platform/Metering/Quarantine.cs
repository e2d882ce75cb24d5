using System.Text;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Metering;

/// <summary>A record that we could read and did not accept, as it came.</summary>
internal sealed record Refused(ReportedRecord Record, Rejection Rejection, ReadOnlyMemory<byte> Bytes);

/// <summary>Keeps refused records, once per content, and counts each time that one was read.</summary>
internal sealed class Quarantine(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Tally rows of the door, so that it never waits for a ledger lane's.</summary>
    private const int Lane = -1;

    public async Task KeepAsync(ReportedBatch batch, IReadOnlyList<Refused> refused, Sender sender, CancellationToken cancellation)
    {
        if (refused.Count == 0) return;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var rows = new NpgsqlBatch(connection);
        foreach (var one in refused.Select(r => Row(batch, r, sender)).OrderBy(r => r.Fingerprint)) rows.BatchCommands.Add(one.Insert);
        foreach (var tenant in refused.GroupBy(r => ReadableTenant(r.Record)).OrderBy(g => g.Key, StringComparer.Ordinal))
            rows.BatchCommands.Add(LedgerTables.Tally(tenant.Key, Lane, 0, 0, 0, tenant.LongCount(), null));
        await rows.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private (Guid Fingerprint, NpgsqlBatchCommand Insert) Row(ReportedBatch batch, Refused refused, Sender sender)
    {
        var record = refused.Record;
        // Bytes that are no UTF-8 become replacement characters; the reason says that they were.
        var text = Encoding.UTF8.GetString(refused.Bytes.Span).Replace("\0", "\uFFFD", StringComparison.Ordinal);
        var fingerprint = RecordDigest.OfBytes(Encoding.UTF8.GetBytes($"{batch.Source}\n{batch.Backfill}\n{refused.Rejection.Code}\n{text}"));
        return (fingerprint, new NpgsqlBatchCommand(
            """
            insert into finops.quarantined_record
              (received_at, fingerprint, door, batch_id, backfill, source, tenant, record_id, reason, field, message, record)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (fingerprint) do nothing
            """)
        {
            Parameters =
            {
                new() { Value = clock.GetUtcNow() },
                new() { Value = fingerprint },
                new() { Value = sender.Door },
                Text(batch.BatchId),
                Text(batch.Backfill),
                Text(Storable(record.Source ?? batch.Source)),
                Text(ReadableTenant(record) is { Length: > 0 } tenant ? tenant : null),
                Text(Storable(record.Id)),
                new() { Value = refused.Rejection.Code },
                new() { Value = Storable(refused.Rejection.Field) },
                new() { Value = Storable(refused.Rejection.Message) },
                new() { Value = text },
            },
        });
    }

    /// <returns>The tenant to show the record to; empty when it named none that may be one.</returns>
    private static string ReadableTenant(ReportedRecord record) => Name.Flaw(record.Tenant) is null ? record.Tenant! : "";

    /// <summary>PostgreSQL's text holds no zero character.</summary>
    private static string? Storable(string? text) => text?.Replace("\0", "\uFFFD", StringComparison.Ordinal);

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
