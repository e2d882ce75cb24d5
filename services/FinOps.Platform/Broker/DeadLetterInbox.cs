using System.Globalization;
using System.Text;
using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace FinOps.Platform.Broker;

/// <summary>
/// One inbox behind both doors to the dead: the bus's own error queues, and the broker's dead letters, which act when a process dies. Each
/// message is stored with its bytes and reason, then acknowledged.
/// </summary>
internal sealed class DeadLetterInbox(
    NpgsqlDataSource database, IConfiguration configuration, TimeProvider clock, ILogger<DeadLetterInbox> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning(e, "The dead-letter inbox lost its broker or database; trying again");
                await Task.Delay(TimeSpan.FromSeconds(Limits.RetryAfterSeconds), clock, stoppingToken);
            }
        }
    }

    private async Task ConsumeAsync(CancellationToken stopping)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(configuration.RequiredConnectionString("rabbitmq")),
            ClientProvidedName = "finops-dead-letters",
            // A lost connection ends this method, and the loop above starts afresh.
            AutomaticRecoveryEnabled = false,
        };
        await using var connection = await factory.CreateConnectionAsync(stopping);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stopping);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            ended.TrySetException(new InvalidOperationException(shutdown.ReplyText));
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, Limits.DeadLetterPrefetch, global: false, stopping);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, gone) =>
        {
            ended.TrySetException(new InvalidOperationException($"The broker cancelled the consumer of {gone.ConsumerTags[0]}."));
            return Task.CompletedTask;
        };
        consumer.ReceivedAsync += async (_, message) =>
        {
            try
            {
                await KeepAsync(message, stopping);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, stopping);
            }
            catch (Exception e)
            {
                ended.TrySetException(e);
            }
        };
        // A broker that lost its memory has it back with the first process that returns.
        await BrokerTopology.DeclareAsync(channel, stopping);
        foreach (var queue in BrokerTopology.DeadLetterQueues)
            await channel.BasicConsumeAsync(queue, autoAck: false, consumerTag: queue, consumer, stopping);
        await ended.Task.WaitAsync(stopping);
    }

    private async Task KeepAsync(BasicDeliverEventArgs message, CancellationToken cancellation)
    {
        var headers = Readable(message.BasicProperties.Headers ?? new Dictionary<string, object?>());
        var text = JsonSerializer.Serialize(headers);
        var (reason, why) = Reason(message.ConsumerTag, headers);
        if (await IsBackAsync(message, reason, why, cancellation)) return;
        await using var command = database.CreateCommand(
            """
            insert into finops.dead_letter as d
              (received_at, fingerprint, queue, exchange, routing_key, reason, message, content_type, headers, body, message_id, user_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $13)
            on conflict (fingerprint) do update set copies = d.copies + case when $11 then 0 else 1 end
            """);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = clock.GetUtcNow() },
            new() { Value = RecordDigest.OfBytes([.. Encoding.UTF8.GetBytes(message.BasicProperties.MessageId + text), .. message.Body.Span]) },
            new() { Value = message.ConsumerTag },
            NumberedPages.Text(Storable(message.Exchange)),
            NumberedPages.Text(Storable(message.RoutingKey)),
            new() { Value = reason },
            new() { Value = why },
            NumberedPages.Text(Storable(message.BasicProperties.ContentType)),
            new() { Value = text, NpgsqlDbType = NpgsqlDbType.Jsonb },
            new() { Value = message.Body.ToArray() },
            // A redelivery is the same copy again: the process died between the insert and the acknowledgement.
            new() { Value = message.Redelivered },
            NumberedPages.Text(Storable(message.BasicProperties.MessageId)),
            NumberedPages.Text(UserOf(message)),
        });
        await command.ExecuteNonQueryAsync(cancellation);
        log.LogWarning("Dead letter from {Queue}: {Reason}: {Why}", message.ConsumerTag, reason, why);
    }

    /// <summary>What we sent again and what came back opens its dead letter, and is no other.</summary>
    private async Task<bool> IsBackAsync(BasicDeliverEventArgs message, string reason, string why, CancellationToken cancellation)
    {
        if (message.BasicProperties.Headers?.TryGetValue(MessageHeaders.DeadLetter, out var value) != true || value is not long replay) return false;
        await using var command = database.CreateCommand(
            """
            with back as (
              update finops.dead_letter_replay r set outcome = 'returned', error = $3 from finops.dead_letter d
              where r.id = $1 and d.id = r.dead_letter and coalesce(r.corrected, d.body) = $2 returning r.dead_letter)
            update finops.dead_letter set resolution = null, resolved_at = null, resolved_by = null, reason = $4, message = $3
            where id in (select dead_letter from back)
            """);
        command.Parameters.AddWithValue(replay);
        command.Parameters.AddWithValue(message.Body.ToArray());
        command.Parameters.AddWithValue(why);
        command.Parameters.AddWithValue(reason);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>The broker has validated the message's own user, or it was we who put it here and the name in a header.</summary>
    private static string? UserOf(BasicDeliverEventArgs message)
    {
        var noted = message.BasicProperties.UserId ?? MessageHeaders.Text(message.BasicProperties.Headers, MessageHeaders.User);
        return string.IsNullOrEmpty(noted) ? null : Storable(noted);
    }

    private static (string Reason, string Message) Reason(string queue, Dictionary<string, object?> headers) => queue switch
    {
        BrokerTopology.Errors => ("unreadable", headers.GetValueOrDefault(MessageHeaders.Reason)?.ToString() ?? "The consumer failed."),
        BrokerTopology.Skipped => ("not_understood", "No consumer takes this type of message or content."),
        BrokerTopology.DeadLetters => (
            headers.GetValueOrDefault("x-first-death-reason")?.ToString() ?? "dead",
            $"Delivered more than {Limits.BrokerDeliveries} times, then {Limits.SuspectDeliveries} times alone, without an answer: it may have killed its process each time."),
        _ => throw new InvalidOperationException($"Queue {queue} is no dead-letter queue."),
    };

    /// <summary>AMQP gives text as bytes, and nests tables and lists.</summary>
    private static object? Readable(object? value) => value switch
    {
        byte[] bytes => Storable(Encoding.UTF8.GetString(bytes)),
        // JSON knows no such numbers.
        double number when !double.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        float number when !float.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        IDictionary<string, object?> table => Readable(table),
        IEnumerable<object?> list => list.Select(Readable).ToList(),
        AmqpTimestamp instant => instant.UnixTime,
        BinaryTableValue binary => Convert.ToBase64String(binary.Bytes),
        _ => value,
    };

    private static Dictionary<string, object?> Readable(IDictionary<string, object?> table)
    {
        var readable = new Dictionary<string, object?>(table.Count);
        foreach (var (name, value) in table) readable[Storable(name)!] = Readable(value);
        return readable;
    }

    /// <summary>PostgreSQL's text holds no zero character.</summary>
    private static string? Storable(string? text) => text?.Replace("\0", "\uFFFD", StringComparison.Ordinal);
}
