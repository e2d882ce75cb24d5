using FinOps.Platform.Fleets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using MassTransit;
using MassTransit.RabbitMqTransport;

namespace FinOps.Platform.Broker;

/// <summary>Stands for `FleetReported` on the bus. It has no fields: the consumer reads the message's own bytes, so that each flaw is told by its field.</summary>
[MessageUrn("FinOps.Contracts:FleetReported")]
[EntityName("FinOps.Contracts:FleetReported")]
public sealed class FleetMessage;

/// <summary>
/// Reports of fleets from the broker. Acknowledged after the commit. One that is refused goes to the dead letters with all that is wrong with it,
/// to be mended and sent again: nobody waits for an answer here.
/// </summary>
internal sealed class FleetConsumer(RecordFleetReports reports, BrokerSenders senders) : IConsumer<FleetMessage>
{
    public async Task Consume(ConsumeContext<FleetMessage> context)
    {
        var enveloped = context.ReceiveContext.ContentType?.MediaType == UsageConsumer.EnvelopeType;
        var properties = context.ReceiveContext is RabbitMqReceiveContext rabbit ? rabbit.Properties : null;
        var body = context.ReceiveContext.GetBody();
        if (body.Length > Limits.MessageBytes) throw new UnreadableBodyException($"A message has at most {Limits.MessageBytes} bytes.");
        var reported = ReadFleetReports.Message(body, enveloped);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        limit.CancelAfter(Limits.BrokerTry);
        try
        {
            var verdict = (await reports.RecordAsync([reported], senders.Of(properties), limit.Token))[0];
            if (verdict.Verdict == RecordFleetReports.Rejected)
                throw new UnreadableBodyException(string.Join(" ", verdict.Flaws.Select(f => $"{f.Reason}: {f.Message}")));
        }
        catch (OperationCanceledException e) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The books did not take the report within {Limits.BrokerTry.TotalSeconds} s.", e);
        }
    }
}
