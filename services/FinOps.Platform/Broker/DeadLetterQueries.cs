using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using GraphQL;
using Npgsql;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Broker;

/// <summary>A message that nobody could read, or that killed a process, and what became of it since.</summary>
/// <param name="Id">Its number.</param>
/// <param name="ReceivedAt">When it came first.</param>
/// <param name="Queue">The queue that brought it here.</param>
/// <param name="Exchange">The exchange before it.</param>
/// <param name="RoutingKey">As it came.</param>
/// <param name="MessageId">The sender's, where it gave one.</param>
/// <param name="Sender">The broker's user who sent it, where the broker had validated one.</param>
/// <param name="Reason">A stable word.</param>
/// <param name="Message">For a person.</param>
/// <param name="ContentType">As it came.</param>
/// <param name="Headers">As JSON.</param>
/// <param name="Copies">How often it came.</param>
/// <param name="BodyBytes">All of them: <c>deadLetterBody</c>.</param>
/// <param name="BodyStart">Its start; what is no printable ASCII is escaped.</param>
/// <param name="Resolution"><c>replayed</c>, <c>dismissed</c>; null while it is open, which it is again when it came back.</param>
/// <param name="ResolvedAt">When.</param>
/// <param name="ResolvedBy">The credential.</param>
/// <param name="Note">Why it was dismissed.</param>
/// <param name="Replays">The last tries, oldest first.</param>
public sealed record DeadLetter(
    [property: Id] long Id, DateTimeOffset ReceivedAt, string Queue, string Exchange, string RoutingKey, string? MessageId, string? Sender,
    string Reason, string Message, string? ContentType, string Headers, long Copies, long BodyBytes, string BodyStart, string? Resolution,
    DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Note, IReadOnlyList<DeadLetterReplay> Replays);

/// <summary>One try to send a dead letter again.</summary>
/// <param name="At">When.</param>
/// <param name="By">The credential.</param>
/// <param name="ContentType">Null: its own.</param>
/// <param name="IsCorrected">Whether another body was sent in its place.</param>
/// <param name="Outcome"><c>sent</c>: the broker has it. <c>refused</c>: it has not. Null: nobody knows.</param>
/// <param name="Error">Why it was refused.</param>
public sealed record DeadLetterReplay(DateTimeOffset At, string By, string? ContentType, bool IsCorrected, string? Outcome, string? Error);

/// <summary>A part of a dead letter's body.</summary>
/// <param name="Bytes">Of the whole body.</param>
/// <param name="Offset">Where the part starts.</param>
/// <param name="Base64">The part.</param>
/// <param name="NextOffset">Where the next one starts; null behind the last.</param>
public sealed record DeadLetterBody(long Bytes, long Offset, string Base64, long? NextOffset);

/// <summary>Which dead letters; what is left out does not narrow.</summary>
public sealed class DeadLetterFilter
{
    public IReadOnlyList<string>? Queues { get; set; }

    public IReadOnlyList<string>? Reasons { get; set; }

    /// <summary>Received from then on.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Received before.</summary>
    public DateTimeOffset? To { get; set; }

    /// <summary>The condition on rows <c>d</c>, whose first parameter has this number.</summary>
    internal static string Sql(int first) =>
        $"""
        (${first}::text[] is null or d.queue = any(${first})) and (${first + 1}::text[] is null or d.reason = any(${first + 1}))
        and (${first + 2}::timestamptz is null or d.received_at >= ${first + 2})
        and (${first + 3}::timestamptz is null or d.received_at < ${first + 3})
        """;

    internal NpgsqlParameter[] Parameters() =>
        [NumberedPages.TextArray(Queues), NumberedPages.TextArray(Reasons), NumberedPages.Instant(From), NumberedPages.Instant(To)];
}

/// <summary>The operator's alone: nobody can tell whose an unreadable message is.</summary>
public sealed class DeadLetterQueries
{
    /// <summary>Dead letters by number: those that are open, unless told otherwise.</summary>
    [Allow(ViewerRole.Operator)]
    public static async Task<Connection<DeadLetter>> DeadLettersAsync(
        DeadLetterFilter? where, ListedState? state, int? first, string? after, [FromServices] NpgsqlDataSource database,
        [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var page = PageRequest.Of(first, after);
        var rows = await database.PageAsync(
            $"""
            select id, received_at, queue, exchange, routing_key, message_id, user_id, reason, message, content_type, left(headers::text, $4),
                   copies, length(body)::bigint, left(encode(substring(body from 1 for $4), 'escape'), $4), resolution, resolved_at,
                   resolved_by, note
            from finops.dead_letter d
            where $1::text[] is null and id > $2 and ($5::boolean is null or (resolution is null) = $5) and {DeadLetterFilter.Sql(6)}
            order by id limit $3
            """,
            viewer, page,
            row => new DeadLetter(
                row.GetInt64(0), row.Instant(1)!.Value, row.GetString(2), row.GetString(3), row.GetString(4), row.Text(5), row.Text(6),
                row.GetString(7), row.GetString(8), row.Text(9), row.GetString(10), row.GetInt64(11), row.GetInt64(12), row.GetString(13),
                row.Text(14), row.Instant(15), row.Text(16), row.Text(17), []),
            cancellation, [NumberedPages.MustBeOpen(state), .. (where ?? new()).Parameters()]);
        var shown = page.Page(rows, row => $"{row.Id}");
        var replays = await ReplaysAsync(database, [.. shown.Nodes.Select(n => n.Id)], cancellation);
        return shown with { Edges = [.. shown.Edges.Select(e => e with { Node = e.Node with { Replays = [.. replays[e.Node.Id]] } })] };
    }

    /// <summary>The bytes of one, part by part.</summary>
    [Allow(ViewerRole.Operator)]
    public static async Task<DeadLetterBody?> DeadLetterBodyAsync(
        [Id] string id, long? offset, long? length, [FromServices] NpgsqlDataSource database, CancellationToken cancellation)
    {
        if (!long.TryParse(id, out var number)) return null;
        var (from, bytes) = (Math.Clamp(offset ?? 0, 0, int.MaxValue), Math.Clamp(length ?? Limits.DeadLetterPart, 0, Limits.DeadLetterPart));
        await using var command = database.CreateCommand(
            "select length(body)::bigint, substring(body from $2 for $3) from finops.dead_letter where id = $1");
        command.Parameters.AddWithValue(number);
        command.Parameters.AddWithValue((int)Math.Min(from + 1, int.MaxValue));
        command.Parameters.AddWithValue((int)bytes);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation)) return null;
        var part = row.GetFieldValue<byte[]>(1);
        var end = from + part.Length;
        return new DeadLetterBody(row.GetInt64(0), from, Convert.ToBase64String(part), end < row.GetInt64(0) && part.Length > 0 ? end : null);
    }

    private static async Task<ILookup<long, DeadLetterReplay>> ReplaysAsync(
        NpgsqlDataSource database, long[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select r.* from unnest($1) as d (id) cross join lateral (
              select dead_letter, at, by, content_type, corrected is not null, outcome, error, id
              from finops.dead_letter_replay where dead_letter = d.id order by id desc limit $2) r
            order by r.id
            """);
        command.Parameters.AddWithValue(ids);
        command.Parameters.AddWithValue(Limits.ReplaysShown);
        var replays = new List<(long Of, DeadLetterReplay Replay)>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            replays.Add((row.GetInt64(0), new DeadLetterReplay(
                row.Instant(1)!.Value, row.GetString(2), row.Text(3), row.GetBoolean(4), row.Text(5), row.Text(6))));
        }

        return replays.ToLookup(r => r.Of, r => r.Replay);
    }
}
