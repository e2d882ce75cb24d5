using System.Collections.Concurrent;
using System.Text.Json;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace FinOps.Platform.Broker;

/// <summary>
/// Publishes dead letters into the queue that they came from again, mandatory and confirmed, in the name of whoever sent them first. Each try is written
/// down before it is sent; what comes back opens its dead letter again (<see cref="DeadLetterInbox"/>).
/// </summary>
internal sealed class ReplayDeadLetters(NpgsqlDataSource database, IConfiguration configuration, TimeProvider clock)
{
    /// <summary>What the broker and the bus have added on the way here.</summary>
    private static readonly string[] Added =
        ["x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count", "MT-Fault-", "MT-Reason", "MT-Host-", "finops-"];

    public async Task<DeadLettersReplayed> ReplayAsync(DeadLetterOrder order, Viewer viewer, CancellationToken cancellation)
    {
        var found = await FindAsync(order, cancellation);
        if (order.Ids is { } asked) RowNumbers.RequireAll(asked, found, "ids");
        RowNumbers.RequireAll([.. order.Bodies.Keys], found, "corrections.id");
        var hasMore = order.Ids is null && found.Count > order.First;
        if (hasMore) found.RemoveAt(found.Count - 1);

        var outcomes = new ConcurrentBag<DeadLetterOutcome>();
        if (found.Count > 0)
        {
            await using var connection = await ConnectAsync(cancellation);
            await using var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
            await Parallel.ForEachAsync(
                found, new ParallelOptions { MaxDegreeOfParallelism = Limits.DeadLettersInFlight, CancellationToken = cancellation },
                async (id, stop) => outcomes.Add(await SendAsync(channel, id, order, viewer, stop)));
        }

        var sorted = outcomes.OrderBy(o => o.Id).ToList();
        var sent = sorted.Count(o => o.Outcome == "sent");
        return new DeadLettersReplayed(sent, sorted.Count - sent, sorted, sorted.Count == 0 ? null : $"{sorted[^1].Id}", hasMore);
    }

    public async Task<IReadOnlyList<long>> DismissAsync(long[] ids, string reason, Viewer viewer, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with asked as (select id, resolution from finops.dead_letter where id = any($1)),
                 done as (update finops.dead_letter d set resolution = 'dismissed', resolved_at = $2, resolved_by = $3, note = $4
                          where id = any($1) and resolution is null and (select count(*) from asked) = cardinality($1) returning id)
            select asked.id, done.id is not null from asked left join done on done.id = asked.id order by 1
            """);
        command.Parameters.AddWithValue(ids);
        command.Parameters.AddWithValue(clock.GetUtcNow());
        command.Parameters.AddWithValue(viewer.Name);
        command.Parameters.AddWithValue(reason);
        var (found, dismissed) = (new List<long>(), new List<long>());
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation))
            {
                found.Add(row.GetInt64(0));
                if (row.GetBoolean(1)) dismissed.Add(row.GetInt64(0));
            }
        }

        RowNumbers.RequireAll(ids, found, "ids");
        return dismissed;
    }

    private async Task<List<long>> FindAsync(DeadLetterOrder order, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select d.id from finops.dead_letter d
            where case when $1::bigint[] is not null then d.id = any($1) else d.id > $2 and d.resolution is null and {DeadLetterFilter.Sql(4)} end
            order by d.id limit $3
            """);
        command.Parameters.Add(new() { Value = (object?)order.Ids ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.AddWithValue(order.After);
        command.Parameters.AddWithValue(order.Ids?.Length ?? order.First + 1);
        command.Parameters.AddRange(order.Where.Parameters());
        var found = new List<long>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) found.Add(row.GetInt64(0));
        return found;
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            return await new ConnectionFactory
            {
                Uri = new Uri(configuration.RequiredConnectionString("rabbitmq")),
                ClientProvidedName = "finops-replay",
                AutomaticRecoveryEnabled = false,
            }.CreateConnectionAsync(cancellation);
        }
        catch (BrokerUnreachableException)
        {
            throw new RejectedException(new Rejection("broker_unavailable", "input", "The broker does not answer just now; nothing was sent."));
        }
    }

    private async Task<DeadLetterOutcome> SendAsync(
        IChannel channel, long id, DeadLetterOrder order, Viewer viewer, CancellationToken cancellation)
    {
        var (replay, queue, properties, body) = await BeginAsync(id, order, viewer, cancellation);
        string? error = null;
        try
        {
            await channel.BasicPublishAsync(queue, "", mandatory: true, properties, body, cancellation);
        }
        catch (PublishException e)
        {
            error = e.IsReturn ? $"The broker has no queue {queue}." : $"The queue {queue} is full.";
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException)
        {
            error = "The broker closed the channel.";
        }

        // It may be back already: then the inbox has said so, and it stays open.
        await using var command = database.CreateCommand(
            """
            with tried as (update finops.dead_letter_replay set outcome = $2, error = $3 where id = $1 and outcome is null returning dead_letter)
            update finops.dead_letter set resolution = 'replayed', resolved_at = $4, resolved_by = $5, note = null
            where $2 = 'sent' and id in (select dead_letter from tried)
            """);
        command.Parameters.AddWithValue(replay);
        command.Parameters.AddWithValue(error is null ? "sent" : "refused");
        command.Parameters.Add(NumberedPages.Text(error));
        command.Parameters.AddWithValue(clock.GetUtcNow());
        command.Parameters.AddWithValue(viewer.Name);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        return new DeadLetterOutcome(id, error is null ? "sent" : "refused", error);
    }

    private async Task<(long Replay, string Queue, BasicProperties Properties, byte[] Body)> BeginAsync(
        long id, DeadLetterOrder order, Viewer viewer, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with begun as (insert into finops.dead_letter_replay (dead_letter, at, by, content_type, corrected) values ($1, $2, $3, $4, $5) returning id)
            select begun.id, coalesce($4, d.content_type), d.headers::text, d.message_id, d.user_id, coalesce($5, d.body)
            from begun, finops.dead_letter d where d.id = $1
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(clock.GetUtcNow());
        command.Parameters.AddWithValue(viewer.Name);
        command.Parameters.Add(NumberedPages.Text(order.ContentType));
        command.Parameters.Add(new() { Value = (object?)order.Bodies.GetValueOrDefault(id) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        var replay = row.GetInt64(0);
        var told = JsonElement.Parse(row.GetString(2));
        var headers = told.EnumerateObject()
            .Where(h => !Added.Any(a => h.Name.StartsWith(a, StringComparison.Ordinal)))
            .ToDictionary(h => h.Name, h => Amqp(h.Value));
        headers[MessageHeaders.DeadLetter] = replay;
        headers[MessageHeaders.User] = row.Text(4) ?? "";
        return (replay, QueueOf(told), new BasicProperties
        {
            ContentType = row.Text(1),
            MessageId = row.Text(3),
            Headers = headers,
            Persistent = true,
            // The broker checks that it is we; only then the header is believed that says for whom.
            UserId = BrokerSenders.OwnUser(configuration),
        }, row.GetFieldValue<byte[]>(5));
    }

    /// <summary>We noted it, or the broker did. A suspect is usage like any other.</summary>
    private static string QueueOf(JsonElement headers) =>
        new[] { MessageHeaders.Queue, "x-first-death-queue" }.Any(name =>
            headers.TryGetProperty(name, out var queue) && queue.ValueKind == JsonValueKind.String && queue.GetString() == BrokerTopology.FleetQueue)
            ? BrokerTopology.FleetQueue
            : BrokerTopology.UsageQueue;

    private static object? Amqp(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.Array => value.EnumerateArray().Select(Amqp).ToList(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(p => p.Name, p => Amqp(p.Value)),
        JsonValueKind.Null => null,
        _ => throw new InvalidOperationException($"A header of kind {value.ValueKind} is unknown."),
    };
}
