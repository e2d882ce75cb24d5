using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
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
public sealed record Ingestion(
    long Accepted, long Duplicates, long Conflicts, long Quarantined, long Voided, long Amended, long? DeadLettered,
    DateTimeOffset? LastCommitAt);

/// <summary>A record that we could read and did not accept, as it came.</summary>
[ConnectionName("Quarantine")]
public sealed record QuarantinedRecord(
    [property: Id] long Id,
    DateTimeOffset ReceivedAt,
    string? Tenant,
    string? Source,
    string? RecordId,
    string? BatchId,
    string? Backfill,
    string Reason,
    string Field,
    string Message,
    string Record);

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

/// <summary>A message that nobody could read, or that killed a process. The body's start is shown, as text where it is text.</summary>
public sealed record DeadLetter(
    [property: Id] long Id,
    DateTimeOffset ReceivedAt,
    string Queue,
    string Exchange,
    string RoutingKey,
    string Reason,
    string Message,
    string? ContentType,
    string Headers,
    long BodyBytes,
    string BodyStart);

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
                   case when $1::text[] is null then (select coalesce(sum(copies), 0)::bigint from finops.dead_letter) end,
                   coalesce(sum(voided), 0)::bigint, coalesce(sum(amended), 0)::bigint
            from finops.ingestion_tally
            where $1::text[] is null or tenant = any($1)
            """);
        command.Parameters.Add(TenantsOf(viewer));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new Ingestion(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(6), row.GetInt64(7),
            row.IsDBNull(5) ? null : row.GetInt64(5), row.Instant(4));
    }

    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<Connection<QuarantinedRecord>> QuarantineAsync(
        int? first, string? after, [FromServices] NpgsqlDataSource database, [FromServices] Viewer viewer, CancellationToken cancellation) =>
        PageAsync(
            database,
            """
            select id, received_at, tenant, source, record_id, batch_id, backfill, reason, field, message, left(record, $4)
            from finops.quarantined_record
            where ($1::text[] is null or tenant = any($1)) and id > $2 order by id limit $3
            """,
            viewer, PageRequest.Of(first, after),
            row => new QuarantinedRecord(
                row.GetInt64(0), row.Instant(1)!.Value, row.Text(2), row.Text(3), row.Text(4), row.Text(5), row.Text(6),
                row.GetString(7), row.GetString(8), row.GetString(9), row.GetString(10)),
            record => record.Id, cancellation);

    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<Connection<ConflictingRecord>> ConflictsAsync(
        int? first, string? after, [FromServices] NpgsqlDataSource database, [FromServices] Viewer viewer, CancellationToken cancellation) =>
        PageAsync(
            database,
            """
            select id, seen_at, tenant, source, record_id, model, batch_id, left(record::text, $4)
            from finops.usage_conflict
            where ($1::text[] is null or tenant = any($1)) and id > $2 order by id limit $3
            """,
            viewer, PageRequest.Of(first, after),
            row => new ConflictingRecord(
                row.GetInt64(0), row.Instant(1)!.Value, row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.Text(6),
                row.GetString(7)),
            record => record.Id, cancellation);

    /// <summary>The operator's alone: nobody can tell whose an unreadable message is.</summary>
    [Allow(ViewerRole.Operator)]
    public static Task<Connection<DeadLetter>> DeadLettersAsync(
        int? first, string? after, [FromServices] NpgsqlDataSource database, [FromServices] Viewer viewer, CancellationToken cancellation) =>
        PageAsync(
            database,
            """
            select id, received_at, queue, exchange, routing_key, reason, message, content_type, left(headers::text, $4), length(body)::bigint,
                   left(encode(substring(body from 1 for $4), 'escape'), $4)
            from finops.dead_letter
            where $1::text[] is null and id > $2 order by id limit $3
            """,
            viewer, PageRequest.Of(first, after),
            row => new DeadLetter(
                row.GetInt64(0), row.Instant(1)!.Value, row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
                row.Text(7), row.GetString(8), row.GetInt64(9), row.GetString(10)),
            record => record.Id, cancellation);

    /// <summary>One page by row number: $1 the tenants that the viewer may see (null is all), $2 the last number seen, $3 rows, $4 characters shown.</summary>
    private static async Task<Connection<T>> PageAsync<T>(
        NpgsqlDataSource database, string sql, Viewer viewer, PageRequest page, Func<NpgsqlDataReader, T> read, Func<T, long> number,
        CancellationToken cancellation)
        where T : class
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(TenantsOf(viewer));
        command.Parameters.Add(new NpgsqlParameter { Value = page.AfterNumber });
        command.Parameters.Add(new NpgsqlParameter { Value = page.Take });
        command.Parameters.Add(new NpgsqlParameter { Value = Limits.ShownOfRecord });
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) rows.Add(read(reader));
        return page.Page(rows, row => $"{number(row)}");
    }

    private static NpgsqlParameter TenantsOf(Viewer viewer) => new()
    {
        Value = viewer.Tenants is { } tenants ? tenants.Select(t => t.Value).ToArray() : DBNull.Value,
        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
    };
}

internal static class Columns
{
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? Instant(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
