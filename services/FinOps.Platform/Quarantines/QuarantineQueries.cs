using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using GraphQL;
using Npgsql;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Quarantines;

/// <summary>A record that we could read and did not accept, as it came, and what became of it since.</summary>
/// <param name="Id">Its number.</param>
/// <param name="ReceivedAt">When it came first.</param>
/// <param name="Door"><c>http</c> or <c>amqp</c>.</param>
/// <param name="Sender">The credential that brought it; null where none was bound.</param>
/// <param name="Tenant">Null where it named none that may be one.</param>
/// <param name="Source">Its own, else its batch's.</param>
/// <param name="RecordId">The id that it has for its source.</param>
/// <param name="BatchId">Null for an HTTP body that had none.</param>
/// <param name="Backfill">Null for live usage.</param>
/// <param name="Reason">A stable word.</param>
/// <param name="Field">The field to mend.</param>
/// <param name="Message">For a person.</param>
/// <param name="Record">Its start, as it came.</param>
/// <param name="Resolution"><c>accepted</c>, <c>duplicate</c>, <c>conflict</c> by a replay, or <c>dismissed</c>; null while it is open.</param>
/// <param name="ResolvedAt">When.</param>
/// <param name="ResolvedBy">The credential.</param>
/// <param name="Note">Why it was dismissed.</param>
/// <param name="Replays">The last tries, oldest first.</param>
[ConnectionName("Quarantine")]
public sealed record QuarantinedRecord(
    [property: Id] long Id, DateTimeOffset ReceivedAt, string Door, string? Sender, string? Tenant, string? Source, string? RecordId,
    string? BatchId, string? Backfill, string Reason, string Field, string Message, string Record, string? Resolution,
    DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Note, IReadOnlyList<QuarantineReplay> Replays);

/// <summary>One try to replay a quarantined record.</summary>
/// <param name="At">When it was begun.</param>
/// <param name="By">The credential.</param>
/// <param name="Backfill">Under which named backfill; null as it came.</param>
/// <param name="Vouched">Whether the replayer's rights alone decided.</param>
/// <param name="Corrected">The start of the record that was sent in its place; null: as it came.</param>
/// <param name="Verdict">Null: not finished; the next replay finishes it first.</param>
/// <param name="Reason">Why it was not accepted.</param>
/// <param name="Message">For a person.</param>
public sealed record QuarantineReplay(
    DateTimeOffset At, string By, string? Backfill, bool Vouched, string? Corrected, string? Verdict, string? Reason, string? Message);

/// <summary>Which quarantined records; what is left out does not narrow.</summary>
public sealed class QuarantineFilter
{
    public IReadOnlyList<string>? Tenants { get; set; }

    public IReadOnlyList<string>? Sources { get; set; }

    public IReadOnlyList<string>? Reasons { get; set; }

    /// <summary><c>http</c>, <c>amqp</c>.</summary>
    public IReadOnlyList<string>? Doors { get; set; }

    public IReadOnlyList<string>? BatchIds { get; set; }

    /// <summary>Received from then on.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Received before.</summary>
    public DateTimeOffset? To { get; set; }

    /// <summary>The condition on rows <c>q</c>, whose first parameter has this number.</summary>
    internal static string Sql(int first) =>
        $"""
        (${first}::text[] is null or q.tenant = any(${first})) and (${first + 1}::text[] is null or q.source = any(${first + 1}))
        and (${first + 2}::text[] is null or q.reason = any(${first + 2})) and (${first + 3}::text[] is null or q.door = any(${first + 3}))
        and (${first + 4}::text[] is null or q.batch_id = any(${first + 4}))
        and (${first + 5}::timestamptz is null or q.received_at >= ${first + 5})
        and (${first + 6}::timestamptz is null or q.received_at < ${first + 6})
        """;

    internal NpgsqlParameter[] Parameters() =>
    [
        NumberedPages.TextArray(Tenants), NumberedPages.TextArray(Sources), NumberedPages.TextArray(Reasons), NumberedPages.TextArray(Doors),
        NumberedPages.TextArray(BatchIds), NumberedPages.Instant(From), NumberedPages.Instant(To),
    ];
}

/// <summary>What could be read and was not accepted.</summary>
public sealed class QuarantineQueries
{
    /// <summary>Quarantined records by number: those that are open, unless told otherwise.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<Connection<QuarantinedRecord>> QuarantineAsync(
        QuarantineFilter? where, ListedState? state, int? first, string? after, [FromServices] NpgsqlDataSource database,
        [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var page = PageRequest.Of(first, after);
        var rows = await database.PageAsync(
            $"""
            select id, received_at, door, sender, tenant, source, record_id, batch_id, backfill, reason, field, message, left(record, $4),
                   resolution, resolved_at, resolved_by, note
            from finops.quarantined_record q
            where ($1::text[] is null or tenant = any($1)) and id > $2 and ($5::boolean is null or (resolution is null) = $5)
              and {QuarantineFilter.Sql(6)}
            order by id limit $3
            """,
            viewer, page, Row, cancellation, [NumberedPages.MustBeOpen(state), .. (where ?? new()).Parameters()]);
        var shown = page.Page(rows, row => $"{row.Id}");
        var replays = await ReplaysAsync(database, [.. shown.Nodes.Select(n => n.Id)], cancellation);
        return shown with { Edges = [.. shown.Edges.Select(e => e with { Node = e.Node with { Replays = [.. replays[e.Node.Id]] } })] };
    }

    private static QuarantinedRecord Row(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.Instant(1)!.Value, row.GetString(2), row.Text(3), row.Text(4), row.Text(5), row.Text(6), row.Text(7), row.Text(8),
        row.GetString(9), row.GetString(10), row.GetString(11), row.GetString(12), row.Text(13), row.Instant(14), row.Text(15), row.Text(16), []);

    private static async Task<ILookup<long, QuarantineReplay>> ReplaysAsync(
        NpgsqlDataSource database, long[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select r.* from unnest($1) as q (id) cross join lateral (
              select quarantined, at, by, backfill, vouched, left(corrected, $2), verdict, reason, message, id
              from finops.quarantine_replay where quarantined = q.id order by id desc limit $3) r
            order by r.id
            """);
        command.Parameters.AddWithValue(ids);
        command.Parameters.AddWithValue(Limits.ShownOfRecord);
        command.Parameters.AddWithValue(Limits.ReplaysShown);
        var replays = new List<(long Of, QuarantineReplay Replay)>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            replays.Add((row.GetInt64(0), new QuarantineReplay(
                row.Instant(1)!.Value, row.GetString(2), row.Text(3), row.GetBoolean(4), row.Text(5), row.Text(6), row.Text(7), row.Text(8))));
        }

        return replays.ToLookup(r => r.Of, r => r.Replay);
    }
}
