using System.Collections.Concurrent;
using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace FinOps.Platform.Tests.Broker;

/// <summary>A plain AMQP client: publishes what it is given and hears receipts on a queue of its own.</summary>
public sealed class AmqpClient : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> waiting = new();
    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly string replies;

    private AmqpClient(IConnection connection, IChannel channel, string replies) =>
        (this.connection, this.channel, this.replies) = (connection, channel, replies);

    public static async Task<AmqpClient> ConnectAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var replies = await channel.QueueDeclareAsync();
        var client = new AmqpClient(connection, channel, replies.QueueName);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            if (client.waiting.TryRemove(message.BasicProperties.CorrelationId ?? "", out var receipt))
                receipt.TrySetResult(JsonSerializer.Deserialize<JsonElement>(message.Body.Span));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(replies.QueueName, autoAck: true, consumer);
        return client;
    }

    /// <summary>Publishes plain JSON to the documented exchange and awaits the receipt.</summary>
    public async Task<JsonElement> ReportAsync(string json)
    {
        var id = Guid.NewGuid().ToString("n");
        var receipt = waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await PublishAsync(System.Text.Encoding.UTF8.GetBytes(json), "application/json", id);
        return await receipt.Task.WaitAsync(Eventually.Patience);
    }

    public async Task PublishAsync(ReadOnlyMemory<byte> body, string contentType, string? correlationId = null) =>
        await channel.BasicPublishAsync("FinOps.Contracts:UsageReported", "", mandatory: true, new BasicProperties
        {
            ContentType = contentType,
            CorrelationId = correlationId,
            ReplyTo = correlationId is null ? null : replies,
            Persistent = true,
        }, body);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
