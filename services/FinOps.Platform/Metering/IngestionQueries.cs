using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;
using Npgsql;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Metering;

/// <summary>What was read, by verdict; for a tenant, of its own records.</summary>
/// <param name="Accepted">Counted once, for ever.</param>
/// <param name="Duplicates">Came again with the same content.</param>
/// <param name="Conflicts">Came again with other content, and were refused.</param>
/// <param name="Quarantined">Read and not acceptable.</param>
/// <param name="Voided">Accepted and taken back since: accepted less voided is what counts.</param>
/// <param name="Amended">Amendments made; an amended record counts with its new content.</param>
/// <param name="DeadLettered">Messages that nobody could read, so nobody's: null for a tenant.</param>
/// <param name="LastCommitAt">When the last record was committed.</param>
/// <param name="QuarantineOpen">Quarantined records that wait for somebody: no verdicts, but rows.</param>
/// <param name="DeadLettersOpen">Dead letters that wait for somebody; null for a tenant.</param>
public sealed record Ingestion(
    long Accepted, long Duplicates, long Conflicts, long Quarantined, long Voided, long Amended, long? DeadLettered,
    DateTimeOffset? LastCommitAt, long QuarantineOpen, long? DeadLettersOpen);

/// <summary>A record that came again with other content: refused, never summed.</summary>
[ConnectionName("Conflict")]
public sealed record ConflictingRecord(
    [property: Id] long Id,
    DateTimeOffset SeenAt,
    string Tenant,
    string Source,
    string RecordId,
    string Model,
    string? BatchId,
    string Record);

/// <summary>What became of what was sent to us.</summary>
public sealed class IngestionQueries
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<Ingestion> IngestionAsync(
        [FromServices] NpgsqlDataSource database, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select coalesce(sum(accepted), 0)::bigint, coalesce(sum(duplicates), 0)::bigint, coalesce(sum(conflicts), 0)::bigint,
                   coalesce(sum(quarantined), 0)::bigint, max(last_commit_at),
                   case when $1::text[] is null then (select coalesce(sum(copies), 0)::bigint from finops.dead_letter) + (select copies from finops.forgotten_dead_letters) end,
                   coalesce(sum(voided), 0)::bigint, coalesce(sum(amended), 0)::bigint,
                   (select count(*) from finops.quarantined_record
                    where resolution is null and ($1::text[] is null or tenant = any($1))),
                   case when $1::text[] is null then (select count(*) from finops.dead_letter where resolution is null) end
            from finops.ingestion_tally
            where $1::text[] is null or tenant = any($1)
            """);
        command.Parameters.Add(NumberedPages.TextArray(viewer.Tenants?.Select(t => t.Value)));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new Ingestion(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(6), row.GetInt64(7),
            row.Number(5), row.Instant(4), row.GetInt64(8), row.Number(9));
    }

    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<Connection<ConflictingRecord>> ConflictsAsync(
        int? first, string? after, [FromServices] NpgsqlDataSource database, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var page = PageRequest.Of(first, after);
        var rows = await database.PageAsync(
            """
            select id, seen_at, tenant, source, record_id, model, batch_id, left(record::text, $4)
            from finops.usage_conflict
            where ($1::text[] is null or tenant = any($1)) and id > $2 order by id limit $3
            """,
            viewer, page,
            row => new ConflictingRecord(
                row.GetInt64(0), row.Instant(1)!.Value, row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.Text(6),
                row.GetString(7)),
            cancellation);
        return page.Page(rows, record => $"{record.Id}");
    }
}

internal static class Columns
{
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? Number(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static DateTimeOffset? Instant(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
