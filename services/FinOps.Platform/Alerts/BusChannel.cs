using System.Security.Cryptography;
using System.Text;
using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using MassTransit;

namespace FinOps.Platform.Alerts;

/// <summary>Publishes the alert on RabbitMQ; delivered once the broker has confirmed it. Nobody has to listen.</summary>
internal sealed class BusChannel(IBus bus) : IAlertChannel
{
    public const string Name = "bus";

    public string Kind => Name;

    public async Task<DeliveryOutcome> SendAsync(AlertDelivery delivery, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limits.BusTimeout);
        try
        {
            await bus.Publish(delivery.Alert, context => context.MessageId = MessageId(delivery.Id), limit.Token);
            return new DeliveryOutcome.Delivered(null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DeliveryOutcome.Failed("timeout", null, null);
        }
    }

    // The same on every try, as the alert's id is.
    private static Guid MessageId(string alertId) => new(SHA256.HashData(Encoding.UTF8.GetBytes(alertId)).AsSpan(0, 16));
}
