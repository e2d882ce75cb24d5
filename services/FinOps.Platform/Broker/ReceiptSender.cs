using System.Text.Json;
using FinOps.Contracts;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;

namespace FinOps.Platform.Broker;

/// <summary>
/// Receipts as plain JSON to the queue that a plain AMQP client named in `reply_to`. Best effort: a client that hears nothing sends its
/// batch again and is told `duplicate`.
/// </summary>
internal sealed class ReceiptSender(IConfiguration configuration) : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private IConnection? connection;
    private IChannel? channel;

    public async Task SendAsync(string replyTo, string? correlationId, UsageReceipt receipt, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(receipt, JsonSerializerOptions.Web);
        var properties = new BasicProperties { ContentType = "application/json", CorrelationId = correlationId, Type = nameof(UsageReceipt) };
        // A channel carries one publish at a time.
        await gate.WaitAsync(cancellation);
        try
        {
            if (channel is not { IsOpen: true }) await OpenAsync(cancellation);
            await channel!.BasicPublishAsync("", replyTo, mandatory: false, properties, body, cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (channel is not null) await channel.DisposeAsync();
        if (connection is not null) await connection.DisposeAsync();
        gate.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        if (connection is not { IsOpen: true })
        {
            if (connection is not null) await connection.DisposeAsync();
            var factory = new ConnectionFactory { Uri = new Uri(configuration.RequiredConnectionString("rabbitmq")), ClientProvidedName = "finops-receipts" };
            connection = await factory.CreateConnectionAsync(cancellation);
        }

        channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
    }
}
