using System.Text;
using FinOps.Contracts;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Corrections;
using FinOps.Platform.Metering;
using Npgsql;

namespace FinOps.Platform.Quarantines;

/// <summary>What is written about replays: begun before, finished after. Rows of the quarantine are only ever given a resolution.</summary>
internal sealed class QuarantineReplays(NpgsqlDataSource database, TimeProvider clock)
{
    /// <exception cref="RejectedException">Some id is not there, or some correction cannot be made; nothing is begun.</exception>
    public async Task<(IReadOnlyList<ReplayTry> Tries, IReadOnlyList<long> Counted, bool HasMore)> BeginAsync(
        ReplayOrder order, Viewer viewer, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var found = await FindAsync(connection, order, viewer, cancellation);
        if (order.Ids is { } asked) RowNumbers.RequireAll(asked, found.Select(f => f.Id), "ids");
        RowNumbers.RequireAll([.. order.Corrections.Keys], found.Select(f => f.Id), "corrections.id");

        var hasMore = order.Ids is null && found.Count > order.First;
        if (hasMore) found.RemoveAt(found.Count - 1);
        // A replay has counted it: with another correction it might be counted as something else, too.
        var counted = found.Where(f => f.Resolution is Verdicts.Accepted or Verdicts.Duplicate).Select(f => f.Id).ToList();
        var open = found.Where(f => !counted.Contains(f.Id)).Select(f => (Found: f, Corrected: Corrected(f, order))).ToList();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (row, corrected) in open.Where(o => o.Found.Unfinished is null)) batch.BatchCommands.Add(Begin(row.Id, corrected, order, viewer));
        var begun = new Dictionary<long, long>();
        if (batch.BatchCommands.Count > 0)
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            do
            {
                while (await reader.ReadAsync(cancellation)) begun[reader.GetInt64(0)] = reader.GetInt64(1);
            }
            while (await reader.NextResultAsync(cancellation));
        }

        await transaction.CommitAsync(cancellation);
        return ([.. open.Select(o => Try(o.Found, o.Corrected, order, begun))], counted, hasMore);
    }

    public async Task FinishAsync(
        IReadOnlyList<ReplayTry> tries, IReadOnlyList<RecordVerdict> verdicts, Viewer viewer, CancellationToken cancellation)
    {
        if (tries.Count == 0) return;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (attempt, verdict) in tries.Zip(verdicts).OrderBy(t => t.First.Id))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                "update finops.quarantine_replay set verdict = $2, reason = $3, field = $4, message = $5 where id = $1 and verdict is null")
            {
                Parameters =
                {
                    new() { Value = attempt.Replay }, new() { Value = verdict.Verdict }, NumberedPages.Text(verdict.Reason),
                    NumberedPages.Text(verdict.Field), NumberedPages.Text(Quarantine.Storable(verdict.Message)),
                },
            });
            // Accepted is accepted: whoever replays at the same time hears `duplicate`. What is refused again stays as it is.
            if (verdict.Verdict == Verdicts.Quarantined) continue;
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                update finops.quarantined_record set resolution = $2, resolved_at = $3, resolved_by = $4, note = null
                where id = $1 and (resolution is null or resolution in ('dismissed', 'conflict') or ($2 = 'accepted' and resolution = 'duplicate'))
                """)
            {
                Parameters =
                {
                    new() { Value = attempt.Id }, new() { Value = verdict.Verdict }, new() { Value = clock.GetUtcNow() },
                    new() { Value = viewer.Name },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Locks the rows, one replay at a time, and only then reads what others have begun.</summary>
    private static async Task<List<Found>> FindAsync(
        NpgsqlConnection connection, ReplayOrder order, Viewer viewer, CancellationToken cancellation)
    {
        var locked = await LockAsync(connection, order, viewer, cancellation);
        await using var command = new NpgsqlCommand(
            """
            select q.id, q.received_at, q.source, q.backfill, q.sender, q.sender_tenants, q.record, q.bytes, q.resolution,
                   r.id, r.corrected, r.backfill, r.vouched
            from finops.quarantined_record q
            left join finops.quarantine_replay r on r.quarantined = q.id and r.verdict is null
            where q.id = any($1) order by q.id
            """, connection)
        {
            Parameters = { new() { Value = locked } },
        };
        var found = new List<Found>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            found.Add(new Found(
                row.GetInt64(0), row.Instant(1)!.Value, row.Text(2), row.Text(3), row.Text(4), row.IsDBNull(5) ? null : row.GetFieldValue<string[]>(5),
                row.GetString(6), row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7), row.Text(8),
                row.IsDBNull(9) ? null : new Unfinished(row.GetInt64(9), row.Text(10), row.Text(11), row.GetBoolean(12))));
        }

        return found;
    }

    private static async Task<long[]> LockAsync(
        NpgsqlConnection connection, ReplayOrder order, Viewer viewer, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select q.id from finops.quarantined_record q
            where ($1::text[] is null or q.tenant = any($1))
              and case when $2::bigint[] is not null then q.id = any($2)
                       else q.id > $3 and q.resolution is null and {QuarantineFilter.Sql(5)} end
            order by q.id limit $4 for update of q
            """, connection)
        {
            Parameters =
            {
                NumberedPages.TextArray(viewer.Tenants?.Select(t => t.Value)),
                new() { Value = (object?)order.Ids ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Bigint },
                new() { Value = order.After },
                new() { Value = order.Ids?.Length ?? order.First + 1 },
            },
        };
        command.Parameters.AddRange(order.Where.Parameters());
        var locked = new List<long>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) locked.Add(row.GetInt64(0));
        return [.. locked];
    }

    private static string? Corrected(Found row, ReplayOrder order)
    {
        if (row.Unfinished is not null) return null;
        var correction = order.Corrections.GetValueOrDefault(row.Id) ?? (order.Patch is null ? null : new ReplayCorrection(order.Patch, null));
        return correction is null ? null : correction.Record ?? CorrectedRecord.Patched(row.Record, correction.Patch!);
    }

    private NpgsqlBatchCommand Begin(long id, string? corrected, ReplayOrder order, Viewer viewer) => new(
        """
        insert into finops.quarantine_replay (quarantined, at, by, backfill, vouched, corrected) values ($1, $2, $3, $4, $5, $6)
        returning quarantined, id
        """)
    {
        Parameters =
        {
            new() { Value = id }, new() { Value = clock.GetUtcNow() }, new() { Value = viewer.Name }, NumberedPages.Text(order.Backfill),
            new() { Value = order.Vouch }, NumberedPages.Text(Quarantine.Storable(corrected)),
        },
    };

    private static ReplayTry Try(Found row, string? corrected, ReplayOrder order, Dictionary<long, long> begun)
    {
        var (replay, content, backfill, vouched) = row.Unfinished is { } unfinished
            ? (unfinished.Replay, unfinished.Corrected, unfinished.Backfill, unfinished.Vouched)
            : (begun[row.Id], corrected, order.Backfill, order.Vouch);
        return new ReplayTry(
            row.Id, replay, row.Unfinished is not null, row.ReceivedAt, row.Source, backfill ?? row.Backfill, row.Sender, row.SenderTenants, vouched,
            content is null ? row.Bytes ?? Encoding.UTF8.GetBytes(row.Record) : Encoding.UTF8.GetBytes(content));
    }

    /// <summary>A row of the quarantine, and its try that was begun and not finished.</summary>
    private sealed record Found(
        long Id, DateTimeOffset ReceivedAt, string? Source, string? Backfill, string? Sender, string[]? SenderTenants, string Record, byte[]? Bytes,
        string? Resolution, Unfinished? Unfinished);

    private sealed record Unfinished(long Replay, string? Corrected, string? Backfill, bool Vouched);
}
