using System.Collections.Concurrent;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>Stands where the platform would on a real broker: takes batches on an exchange of its own and answers them, or not.</summary>
internal sealed class ScratchPlatform : IAsyncDisposable
{
    private readonly string exchange = $"test-usage-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<UsageReported> taken = new();
    private readonly Func<int, UsageReported, string?> verdictOf;
    private readonly IConnection connection;
    private readonly IChannel channel;
    private int deliveries;

    private ScratchPlatform(IConnection connection, IChannel channel, Func<int, UsageReported, string?> verdictOf) =>
        (this.connection, this.channel, this.verdictOf) = (connection, channel, verdictOf);

    /// <summary>Batches in the order of their arrival, those that got no answer too.</summary>
    public IReadOnlyList<UsageReported> Taken => [.. taken];

    /// <param name="verdictOf">Of the n-th delivery (from 1) and its batch: the verdict of all its records, or null for no answer.</param>
    public static async Task<ScratchPlatform> StartAsync(Func<int, UsageReported, string?> verdictOf)
    {
        var connection = await new ConnectionFactory { Uri = TestServers.RabbitMq }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var platform = new ScratchPlatform(connection, channel, verdictOf);
        await channel.ExchangeDeclareAsync(platform.exchange, ExchangeType.Fanout, durable: false, autoDelete: true);
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, platform.exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += platform.TakeAsync;
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return platform;
    }

    public IBatchTransport Transport() => new RabbitMqTransport(TestServers.RabbitMq, exchange);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    private async Task TakeAsync(object _, BasicDeliverEventArgs message)
    {
        Assert.Equal("application/json", message.BasicProperties.ContentType);
        Assert.True(message.BasicProperties.Persistent);
        var batch = JsonSerializer.Deserialize(message.Body.Span, UsageJson.Default.UsageReported)!;
        Assert.Equal(batch.BatchId, message.BasicProperties.CorrelationId);
        taken.Enqueue(batch);
        if (verdictOf(++deliveries, batch) is not { } verdict) return;
        var receipt = new UsageReceipt
        {
            BatchId = batch.BatchId,
            Verdicts = [.. batch.Records.Select(r => new RecordVerdict { Id = r.Id, Verdict = verdict })],
        };
        var properties = new BasicProperties { CorrelationId = message.BasicProperties.CorrelationId };
        var body = JsonSerializer.SerializeToUtf8Bytes(receipt, UsageJson.Default.UsageReceipt);
        await channel.BasicPublishAsync("", message.BasicProperties.ReplyTo!, mandatory: false, properties, body);
    }
}
