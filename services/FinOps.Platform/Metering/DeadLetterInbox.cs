using System.Text;
using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace FinOps.Platform.Metering;

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
        foreach (var queue in BrokerTopology.DeadLetterQueues)
        {
            await DeclareAsync(channel, queue, stopping);
            await channel.BasicConsumeAsync(queue, autoAck: false, consumerTag: queue, consumer, stopping);
        }

        await ended.Task.WaitAsync(stopping);
    }

    private static async Task DeclareAsync(IChannel channel, string name, CancellationToken cancellation)
    {
        var arguments = BrokerTopology.DeadLetterArguments.ToDictionary(a => a.Key, a => (object?)a.Value);
        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: cancellation);
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
        await channel.QueueBindAsync(name, name, "", cancellationToken: cancellation);
    }

    private async Task KeepAsync(BasicDeliverEventArgs message, CancellationToken cancellation)
    {
        var headers = (message.BasicProperties.Headers ?? new Dictionary<string, object?>()).ToDictionary(h => h.Key, h => Readable(h.Value));
        var text = JsonSerializer.Serialize(headers);
        var (reason, why) = Reason(message.ConsumerTag, headers);
        await using var command = database.CreateCommand(
            """
            insert into finops.dead_letter as d
              (received_at, fingerprint, queue, exchange, routing_key, reason, message, content_type, headers, body)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (fingerprint) do update set copies = d.copies + case when $11 then 0 else 1 end
            """);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = clock.GetUtcNow() },
            new() { Value = RecordDigest.OfBytes([.. Encoding.UTF8.GetBytes(message.BasicProperties.MessageId + text), .. message.Body.Span]) },
            new() { Value = message.ConsumerTag },
            new() { Value = message.Exchange },
            new() { Value = message.RoutingKey },
            new() { Value = reason },
            new() { Value = why },
            new() { Value = (object?)message.BasicProperties.ContentType ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = text, NpgsqlDbType = NpgsqlDbType.Jsonb },
            new() { Value = message.Body.ToArray() },
            // A redelivery is the same copy again: the process died between the insert and the acknowledgement.
            new() { Value = message.Redelivered },
        });
        await command.ExecuteNonQueryAsync(cancellation);
        log.LogWarning("Dead letter from {Queue}: {Reason}: {Why}", message.ConsumerTag, reason, why);
    }

    private static (string Reason, string Message) Reason(string queue, Dictionary<string, object?> headers) => queue switch
    {
        BrokerTopology.Errors => ("unreadable", headers.GetValueOrDefault("MT-Fault-Message")?.ToString() ?? "The consumer failed."),
        BrokerTopology.Skipped => ("not_understood", "No consumer takes this type of message or content."),
        BrokerTopology.DeadLetters => (
            headers.GetValueOrDefault("x-first-death-reason")?.ToString() ?? "dead",
            $"Delivered more than {Limits.BrokerDeliveries} times without an answer: it may have killed its process each time."),
        _ => throw new InvalidOperationException($"Queue {queue} is no dead-letter queue."),
    };

    /// <summary>AMQP gives text as bytes, and nests tables and lists.</summary>
    private static object? Readable(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes).Replace("\0", "\uFFFD", StringComparison.Ordinal),
        IDictionary<string, object?> table => table.ToDictionary(t => t.Key, t => Readable(t.Value)),
        IEnumerable<object?> list => list.Select(Readable).ToList(),
        _ => value,
    };
}
