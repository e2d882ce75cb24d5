using FinOps.Contracts;
using FinOps.Domain.Alerts;
using FinOps.Platform.Alerts.Messages;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Alerts;

/// <summary>One try through one channel: finds its class, makes the message, and turns what breaks into an outcome.</summary>
public sealed class SendAlert(IEnumerable<IAlertChannel> channels, AlertTemplates templates, ILogger<SendAlert> log)
{
    private readonly Dictionary<string, IAlertChannel> kinds = channels.ToDictionary(c => c.Kind);

    /// <param name="id">Of the delivery: constant over the tries.</param>
    /// <param name="alerts">Of one budget.</param>
    /// <param name="due">The channel.</param>
    /// <param name="cancellation">The host stops; the try counts as failed.</param>
    public async Task<DeliveryOutcome> RunAsync(
        string id, IReadOnlyList<BudgetAlertRaised> alerts, DueChannel due, CancellationToken cancellation)
    {
        if (due.IsDisabled) return new DeliveryOutcome.Refused("channel_disabled", null);
        if (!kinds.TryGetValue(due.Kind, out var channel) || (channel is ITargetedChannel && due.Target.Length == 0))
            return new DeliveryOutcome.Refused("channel_removed", null);
        try
        {
            // The bus and the webhook carry the alert itself: nothing is rendered for them, and no text can hold them up.
            var text = channel is ITargetedChannel ? await TextAsync(alerts, cancellation) : AlertText.None;
            return await channel.SendAsync(new AlertDelivery(id, alerts[0].BudgetId, alerts, text, due.Target), cancellation);
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "Delivery {Id} did not go through {Channel}", id, due);
            return new DeliveryOutcome.Failed(cancellation.IsCancellationRequested ? "interrupted" : "error", null, null);
        }
    }

    private async Task<AlertText> TextAsync(IReadOnlyList<BudgetAlertRaised> alerts, CancellationToken cancellation)
    {
        var message = await templates.ForAsync(alerts[0].Tenant, alerts[0].BudgetId, cancellation);
        return AlertMessage.Digest([.. alerts.Select(message.Render)]);
    }
}
