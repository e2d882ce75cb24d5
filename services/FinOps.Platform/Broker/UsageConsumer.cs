using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using MassTransit;
using MassTransit.RabbitMqTransport;

namespace FinOps.Platform.Broker;

/// <summary>
/// Stands for `UsageReported` on the bus. It has no fields: the consumer reads the message's own bytes, so that one bad record does not make
/// the whole batch unreadable.
/// </summary>
[MessageUrn("FinOps.Contracts:UsageReported")]
[EntityName("FinOps.Contracts:UsageReported")]
public sealed class UsageMessage;

/// <summary>Usage from the broker. Returns, and so acknowledges, only after the commit and the receipt.</summary>
internal sealed class UsageConsumer(RecordUsage recordUsage, BrokerSenders senders, ReceiptSender receipts) : IConsumer<UsageMessage>
{
    internal const string EnvelopeType = "application/vnd.masstransit+json";

    public async Task Consume(ConsumeContext<UsageMessage> context)
    {
        var enveloped = context.ReceiveContext.ContentType?.MediaType == EnvelopeType;
        var properties = context.ReceiveContext is RabbitMqReceiveContext rabbit ? rabbit.Properties : null;
        var body = context.ReceiveContext.GetBody();
        if (body.Length > Limits.MessageBytes)
            throw new UnreadableBodyException($"A message has at most {Limits.MessageBytes} bytes; send several batches.");
        var batch = ReadBody.Message(body, enveloped);
        var receipt = await RecordAsync(batch, senders.Of(properties), context.CancellationToken);
        if (context.ResponseAddress is not null) await context.RespondAsync(receipt);
        else if (properties?.ReplyTo is { Length: > 0 } replyTo)
            await receipts.SendAsync(replyTo, properties.CorrelationId, receipt, context.CancellationToken);
    }

    /// <summary>One try has an end, so that all tries together stay within the broker's patience.</summary>
    private async Task<FinOps.Contracts.UsageReceipt> RecordAsync(ReportedBatch batch, Sender sender, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(Limits.BrokerTry);
        try
        {
            return await recordUsage.RecordAsync(batch, sender, limit.Token);
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new TimeoutException($"The books did not take the batch within {Limits.BrokerTry.TotalSeconds} s.", e);
        }
    }
}
