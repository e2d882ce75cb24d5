using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Metering;
using Npgsql;

namespace FinOps.Platform.Quarantines;

/// <summary>Gives quarantined records the resolution that nobody wants them, with the reason.</summary>
internal sealed class DismissQuarantine(NpgsqlDataSource database, TimeProvider clock)
{
    /// <exception cref="RejectedException">Some id is not there, or a replay of it is not finished; nothing is dismissed.</exception>
    public async Task<IReadOnlyList<long>> DismissAsync(long[] ids, string reason, Viewer viewer, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var find = new NpgsqlCommand(
            """
            select q.id, exists (select from finops.quarantine_replay r where r.quarantined = q.id and r.verdict is null)
            from finops.quarantined_record q where q.id = any($1) and ($2::text[] is null or q.tenant = any($2)) order by q.id for update of q
            """, connection)
        {
            Parameters = { new() { Value = ids }, NumberedPages.TextArray(viewer.Tenants?.Select(t => t.Value)) },
        };
        var found = new List<long>();
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                if (reader.GetBoolean(1))
                    throw new RejectedException(new Rejection("replay_unfinished", "ids", $"A replay of {reader.GetInt64(0)} is not finished; replay it first."));
                found.Add(reader.GetInt64(0));
            }
        }

        RowNumbers.RequireAll(ids, found, "ids");
        await using var dismiss = new NpgsqlCommand(
            """
            update finops.quarantined_record set resolution = 'dismissed', resolved_at = $2, resolved_by = $3, note = $4
            where id = any($1) and resolution is null returning id
            """, connection)
        {
            Parameters =
            {
                new() { Value = ids }, new() { Value = clock.GetUtcNow() }, new() { Value = viewer.Name }, new() { Value = reason },
            },
        };
        var dismissed = new List<long>();
        await using (var reader = await dismiss.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) dismissed.Add(reader.GetInt64(0));
        }

        await transaction.CommitAsync(cancellation);
        dismissed.Sort();
        return dismissed;
    }
}
