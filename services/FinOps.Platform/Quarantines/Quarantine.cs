using System.Text;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Quarantines;

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
        // Numbered in the batch's order, which a replay keeps; written in one order for all, so that no two wait for each other.
        var numbers = await NumbersAsync(connection, refused.Count, cancellation);
        foreach (var one in refused.Select((r, i) => Row(numbers[i], batch, r, sender)).OrderBy(r => r.Fingerprint)) rows.BatchCommands.Add(one.Insert);
        AddTallies(rows, refused.Select(r => r.Record));
        await rows.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Counts records that were replayed and refused again; they lie here already.</summary>
    public async Task TallyAsync(IReadOnlyList<ReportedRecord> refused, CancellationToken cancellation)
    {
        if (refused.Count == 0) return;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var rows = new NpgsqlBatch(connection);
        AddTallies(rows, refused);
        await rows.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static void AddTallies(NpgsqlBatch rows, IEnumerable<ReportedRecord> refused)
    {
        foreach (var tenant in refused.GroupBy(ReadableTenant).OrderBy(g => g.Key, StringComparer.Ordinal))
            rows.BatchCommands.Add(LedgerTables.QuarantineTally(tenant.Key, Lane, tenant.LongCount()));
    }

    private static async Task<List<long>> NumbersAsync(NpgsqlConnection connection, int count, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select nextval(pg_get_serial_sequence('finops.quarantined_record', 'id')) from generate_series(1, $1)", connection)
        {
            Parameters = { new() { Value = count } },
        };
        var numbers = new List<long>(count);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) numbers.Add(row.GetInt64(0));
        return numbers;
    }

    private (Guid Fingerprint, NpgsqlBatchCommand Insert) Row(long number, ReportedBatch batch, Refused refused, Sender sender)
    {
        var record = refused.Record;
        // Bytes that are no UTF-8 become replacement characters; then they are kept beside the text.
        var text = Encoding.UTF8.GetString(refused.Bytes.Span).Replace("\0", "\uFFFD", StringComparison.Ordinal);
        var fingerprint = RecordDigest.OfBytes(Encoding.UTF8.GetBytes($"{batch.Source}\n{batch.Backfill}\n{refused.Rejection.Code}\n{sender.Viewer?.Name}\n{text}"));
        return (fingerprint, new NpgsqlBatchCommand(
            """
            insert into finops.quarantined_record
              (received_at, fingerprint, door, batch_id, backfill, source, tenant, record_id, reason, field, message, record, sender,
               sender_tenants, bytes, id)
            overriding system value
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            on conflict (fingerprint) do nothing
            """)
        {
            Parameters =
            {
                new() { Value = clock.GetUtcNow() },
                new() { Value = fingerprint },
                new() { Value = sender.Door },
                NumberedPages.Text(batch.BatchId),
                NumberedPages.Text(batch.Backfill),
                NumberedPages.Text(Storable(record.Source ?? batch.Source)),
                NumberedPages.Text(ReadableTenant(record) is { Length: > 0 } tenant ? tenant : null),
                NumberedPages.Text(Storable(record.Id)),
                new() { Value = refused.Rejection.Code },
                new() { Value = Storable(refused.Rejection.Field) },
                new() { Value = Storable(refused.Rejection.Message) },
                new() { Value = text },
                NumberedPages.Text(sender.Viewer?.Name),
                NumberedPages.TextArray(sender.Viewer?.Tenants?.Select(t => t.Value)),
                new() { Value = IsText(refused.Bytes.Span, text) ? DBNull.Value : refused.Bytes.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = number },
            },
        });
    }

    /// <returns>The tenant to show the record to; empty when it named none that may be one.</returns>
    private static string ReadableTenant(ReportedRecord record) => Name.Flaw(record.Tenant) is null ? record.Tenant! : "";

    /// <summary>PostgreSQL's text holds no zero character.</summary>
    internal static string? Storable(string? text) => text?.Replace("\0", "\uFFFD", StringComparison.Ordinal);

    private static bool IsText(ReadOnlySpan<byte> bytes, string text) => Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes);
}
