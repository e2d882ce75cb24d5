using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Alerts;

/// <summary>Posts the alert as JSON, signed after the Standard Webhooks specification. Only a 2xx is delivered.</summary>
internal sealed class WebhookChannel(EgressGuard guard, Webhooks webhooks, TimeProvider clock, ILogger<WebhookChannel> log)
    : IAlertChannel, IDisposable
{
    public const string Name = "webhook";

    private readonly HttpClient client = guard.CreateClient();

    public string Kind => Name;

    public async Task<DeliveryOutcome> SendAsync(BudgetAlertRaised alert, CancellationToken cancellation)
    {
        switch (await webhooks.FindAsync(alert.BudgetId, cancellation))
        {
            case null:
                return new DeliveryOutcome.Refused("webhook_removed", null);
            case { IsGone: true }:
                return new DeliveryOutcome.Refused("gone", null);
            case { } webhook:
                using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
                {
                    limit.CancelAfter(Limits.WebhookTimeout);
                    return await PostAsync(alert, webhook, limit.Token, cancellation);
                }
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<DeliveryOutcome> PostAsync(
        BudgetAlertRaised alert, Webhook webhook, CancellationToken limit, CancellationToken cancellation)
    {
        try
        {
            using var request = Request(alert, webhook);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
            await DrainAsync(response, limit);
            if (response.StatusCode == HttpStatusCode.Gone) await webhooks.MarkGoneAsync(alert.BudgetId, clock.GetUtcNow(), cancellation);
            return OutcomeOf(response);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DeliveryOutcome.Failed("timeout", null, null);
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or EgressRefusedException)
        {
            // The tenant reads the reason; addresses and the receiver's words stay in our log.
            log.LogWarning("Alert {AlertId}: {Failure}", alert.AlertId, failure.InnerException?.Message ?? failure.Message);
            return Causes(failure).Any(cause => cause is EgressRefusedException)
                ? new DeliveryOutcome.Refused("address_not_allowed", null)
                : new DeliveryOutcome.Failed(ReasonOf(failure), null, null);
        }
    }

    private HttpRequestMessage Request(BudgetAlertRaised alert, Webhook webhook)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(alert, WebhookJson.Options);
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("FinOps", null));
        request.Headers.Add(StandardWebhook.IdHeader, alert.AlertId);
        request.Headers.Add(StandardWebhook.TimestampHeader, FormattableString.Invariant($"{timestamp}"));
        request.Headers.Add(StandardWebhook.SignatureHeader, StandardWebhook.Sign(webhook.Secret, alert.AlertId, timestamp, body));
        return request;
    }

    // Read so that the connection can be used again; dropped, so that nobody reads through us what he could not read himself.
    private static async Task DrainAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[8 * 1024];
        for (var left = Limits.WebhookAnswerBytes; left > 0;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellation);
            if (read == 0) return;
            left -= read;
        }
    }

    private DeliveryOutcome OutcomeOf(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        >= 200 and < 300 and var status => new DeliveryOutcome.Delivered(status),
        410 => new DeliveryOutcome.Refused("gone", 410),
        >= 300 and < 400 and var status => new DeliveryOutcome.Failed("redirect", status, null),
        var status => new DeliveryOutcome.Failed("status", status, RetryAfter(response)),
    };

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date is { } date ? date - clock.GetUtcNow() : null);

    private static string ReasonOf(Exception failure) => failure switch
    {
        _ when Causes(failure).OfType<SocketException>().Any(IsOfNames) => "name_not_resolved",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls_failed",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or SocketException => "connection_failed",
        _ => "answer_not_http",
    };

    private static bool IsOfNames(SocketException failure) =>
        failure.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException) yield return failure;
    }
}
