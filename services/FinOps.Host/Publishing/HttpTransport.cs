using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FinOps.Contracts;

namespace FinOps.Host.Publishing;

/// <summary>Batches over <c>POST /v1/usage</c>; the response is the receipt.</summary>
internal sealed class HttpTransport : IBatchTransport
{
    private readonly HttpClient client;

    public HttpTransport(Uri url, string key)
    {
        client = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<UsageReceipt> SendAsync(string batchId, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellation)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        attempt.CancelAfter(patience);
        try
        {
            using var content = new ReadOnlyMemoryContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await client.PostAsync("v1/usage", content, attempt.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                await using var json = await response.Content.ReadAsStreamAsync(attempt.Token);
                return await JsonSerializer.DeserializeAsync(json, UsageJson.Default.UsageReceipt, attempt.Token)
                    ?? throw new RefusedException("The host answered 200 with null instead of a receipt.");
            }

            var text = await response.Content.ReadAsStringAsync(attempt.Token);
            var answer = $"the host answered {(int)response.StatusCode}: {text.Truncated(500)}";
            if (MayPass(response.StatusCode)) throw new UnansweredException(answer, Pause(response.Headers.RetryAfter));
            var isTooLarge = response.StatusCode == HttpStatusCode.RequestEntityTooLarge;
            throw new RefusedException(isTooLarge ? $"{answer}; try a smaller --batch" : answer);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UnansweredException($"no answer came within {patience.TotalSeconds:0} s");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException)
        {
            throw new UnansweredException($"the host at {client.BaseAddress} is out of reach: {trouble.Message}", cause: trouble);
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;

    private static TimeSpan? Pause(RetryConditionHeaderValue? wait) =>
        wait?.Delta ?? (wait?.Date is { } date ? TimeSpan.FromTicks(Math.Max(0, (date - TimeProvider.System.GetUtcNow()).Ticks)) : null);
}
