using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using FinOps.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace FinOps.Host.Publishing;

/// <summary>
/// Batches as plain JSON messages, persistent, mandatory and confirmed, with a reply address; the receipt is the answer. A lane has one
/// unanswered batch, so it has a connection of its own, which is dropped and opened anew after any trouble.
/// </summary>
internal sealed class RabbitMqTransport(Uri broker, string exchange = RabbitMqTransport.Exchange) : IBatchTransport
{
    /// <summary>Where the platform listens: MassTransit's name for the message type.</summary>
    public const string Exchange = "FinOps.Contracts:UsageReported";

    // Late receipts of batches that were sent again; older ones may go.
    private const int ReceiptsKept = 16;

    private readonly ConnectionFactory factory = new()
    {
        Uri = broker,
        ClientProvidedName = "finops publish",
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
    };

    private Session? session;

    public async Task<UsageReceipt> SendAsync(string batchId, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellation)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        attempt.CancelAfter(patience);
        var isConfirmed = false;
        try
        {
            session ??= await ConnectAsync(attempt.Token);
            var properties = Properties(batchId, session.ReplyQueue);
            await session.Channel.BasicPublishAsync(exchange, "", mandatory: true, properties, body, attempt.Token);
            isConfirmed = true;
            while (true)
            {
                var receipt = await session.Receipts.ReadAsync(attempt.Token);
                if (receipt.BatchId == batchId) return receipt;
            }
        }
        catch (OperationCanceledException) when (isConfirmed && !cancellation.IsCancellationRequested)
        {
            // The connection stays: a late receipt still counts.
            throw new UnansweredException($"the broker took the batch, but no receipt came within {patience.TotalSeconds:0} s");
        }
        catch (Exception trouble) when (IsTrouble(trouble) && !cancellation.IsCancellationRequested)
        {
            await DropAsync();
            throw Refusal(trouble) ?? (Exception)new UnansweredException(Sentence(trouble), cause: trouble);
        }
    }

    public async ValueTask DisposeAsync() => await DropAsync();

    private BasicProperties Properties(string batchId, string replyQueue) => new()
    {
        ContentType = "application/json",
        DeliveryMode = DeliveryModes.Persistent,
        MessageId = batchId,
        CorrelationId = batchId,
        ReplyTo = replyQueue,

        // The broker checks it against the connection, so that it can serve as the sender's identity.
        UserId = factory.UserName,
    };

    private async Task<Session> ConnectAsync(CancellationToken cancellation)
    {
        var connection = await factory.CreateConnectionAsync(cancellation);
        try
        {
            var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            var channel = await connection.CreateChannelAsync(confirmed, cancellation);
            var latest = new BoundedChannelOptions(ReceiptsKept) { FullMode = BoundedChannelFullMode.DropOldest };
            var receipts = Channel.CreateBounded<UsageReceipt>(latest);
            var replies = await channel.QueueDeclareAsync(
                "", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellation);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, reply) => await receipts.Writer.WriteAsync(Receipt(reply), CancellationToken.None);
            channel.ChannelShutdownAsync += (_, reason) =>
            {
                receipts.Writer.TryComplete(new OperationInterruptedException(reason));
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(replies.QueueName, autoAck: true, consumer, cancellation);
            return new Session(connection, channel, replies.QueueName, receipts.Reader);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static UsageReceipt Receipt(BasicDeliverEventArgs reply) =>
        JsonSerializer.Deserialize(reply.Body.Span, UsageJson.Default.UsageReceipt) ?? throw new JsonException("A receipt is null.");

    private async Task DropAsync()
    {
        if (session is null) return;
        var dropped = session;
        session = null;
        try
        {
            await dropped.Connection.DisposeAsync();
        }
        catch (Exception trouble) when (IsTrouble(trouble))
        {
            // It was broken already; that is why it is dropped.
        }
    }

    private static bool IsTrouble(Exception trouble) => trouble is RabbitMQClientException or ChannelClosedException
        or OperationCanceledException or IOException or SocketException or TimeoutException;

    /// <returns>Null where another try may help.</returns>
    private RefusedException? Refusal(Exception trouble) => Root(trouble) switch
    {
        AuthenticationFailureException or PossibleAuthenticationFailureException =>
            new RefusedException($"The broker at {factory.HostName}:{factory.Port} refuses user '{factory.UserName}'.", trouble),
        OperationInterruptedException
        {
            ShutdownReason.ReplyCode: Constants.AccessRefused or Constants.PreconditionFailed or Constants.NotAllowed,
        } denied => new RefusedException($"The broker refuses user '{factory.UserName}': {denied.ShutdownReason!.ReplyText}", trouble),
        _ => null,
    };

    private string Sentence(Exception trouble) => trouble switch
    {
        PublishException { IsReturn: true } => $"no queue is bound to exchange '{exchange}': is the host running?",
        OperationCanceledException => "the broker did not take the batch in time",
        _ => Root(trouble) switch
        {
            OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound } =>
                $"the broker has no exchange '{exchange}': is the host running?",
            OperationInterruptedException { ShutdownReason: { } reason } => $"the broker closed the connection: {reason.ReplyText}",
            var root => $"the broker at {factory.HostName}:{factory.Port} is out of reach: {root.Message}",
        },
    };

    private static Exception Root(Exception trouble) => trouble switch
    {
        ChannelClosedException { InnerException: { } inner } => Root(inner),
        BrokerUnreachableException { InnerException: { } inner } => Root(inner),
        AggregateException { InnerException: { } inner } => Root(inner),
        ConnectFailureException { InnerException: { } inner } => Root(inner),
        _ => trouble,
    };

    private sealed record Session(IConnection Connection, IChannel Channel, string ReplyQueue, ChannelReader<UsageReceipt> Receipts);
}
