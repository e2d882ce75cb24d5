using System.Text.Json;
using FinOps.Contracts;
using FinOps.Domain.Alerts;

namespace FinOps.Platform.Alerts;

/// <summary>Posts the alert, or the digest, as JSON, signed after the Standard Webhooks specification. Only a 2xx is delivered.</summary>
internal sealed class WebhookChannel(PostJson post, Webhooks webhooks, TimeProvider clock) : IAlertChannel
{
    public const string Name = "webhook";

    public string Kind => Name;

    public async Task<DeliveryOutcome> SendAsync(AlertDelivery delivery, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        switch (await webhooks.FindAsync(delivery.BudgetId, now, cancellation))
        {
            case null:
                return new DeliveryOutcome.Refused("webhook_removed", null);
            case { IsGone: true }:
                return new DeliveryOutcome.Refused("gone", null);
            case { } webhook:
                var body = Body(delivery);
                return await post.SendAsync(delivery.Id, webhook.Url, body, Headers(webhook, delivery.Id, now, body), cancellation);
        }
    }

    internal static byte[] Body(AlertDelivery delivery) => delivery.IsDigest
        ? JsonSerializer.SerializeToUtf8Bytes(Digest(delivery), WebhookJson.Options)
        : JsonSerializer.SerializeToUtf8Bytes(delivery.Alert, WebhookJson.Options);

    private static BudgetAlertDigest Digest(AlertDelivery delivery) => new()
    {
        DigestId = delivery.Id,
        BudgetId = delivery.BudgetId,
        Tenant = delivery.Alerts[0].Tenant,
        Alerts = delivery.Alerts,
    };

    private static Dictionary<string, string> Headers(Webhook webhook, string id, DateTimeOffset now, byte[] body)
    {
        var timestamp = now.ToUnixTimeSeconds();
        return new Dictionary<string, string>
        {
            [StandardWebhook.IdHeader] = id,
            [StandardWebhook.TimestampHeader] = FormattableString.Invariant($"{timestamp}"),
            // While a secret is rotated, a signature by each: the receiver takes whichever it can verify.
            [StandardWebhook.SignatureHeader] = string.Join(' ', webhook.Secrets.Select(s => StandardWebhook.Sign(s, id, timestamp, body))),
        };
    }
}
