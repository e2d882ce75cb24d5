using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Alerts;

/// <summary>One call of an HTTP channel: within time and size, through the egress guard, and its outcome in words of ours.</summary>
internal sealed class PostJson(EgressGuard guard, TimeProvider clock, ILogger<PostJson> log) : IDisposable
{
    private readonly HttpClient client = guard.CreateClient();

    /// <param name="id">Names the delivery in our log.</param>
    /// <param name="url">Nothing of it is logged: it may hold a secret.</param>
    /// <param name="body">Exactly the bytes that are sent.</param>
    /// <param name="headers">Beside the usual ones.</param>
    /// <param name="cancellation">The host stops.</param>
    public async Task<DeliveryOutcome> SendAsync(
        string id, Uri url, byte[] body, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limits.WebhookTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("FinOps", null));
            foreach (var (name, value) in headers) request.Headers.Add(name, value);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await DrainAsync(response, limit.Token);
            return OutcomeOf(response);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DeliveryOutcome.Failed("timeout", null, null);
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or EgressRefusedException)
        {
            // The tenant reads the reason; addresses and the receiver's words stay in our log.
            log.LogWarning("Delivery {Id}: {Failure}", id, failure.InnerException?.Message ?? failure.Message);
            return Causes(failure).Any(cause => cause is EgressRefusedException)
                ? new DeliveryOutcome.Refused("address_not_allowed", null)
                : new DeliveryOutcome.Failed(ReasonOf(failure), null, null);
        }
    }

    public Task<DeliveryOutcome> SendAsync(string id, Uri url, object body, CancellationToken cancellation) =>
        SendAsync(id, url, JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web), [], cancellation);

    public void Dispose() => client.Dispose();

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
