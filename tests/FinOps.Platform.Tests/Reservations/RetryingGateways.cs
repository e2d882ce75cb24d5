using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>
/// Gateways that take no 503 for an answer: each call is reserved, by some twice at once, and then made and reported, given back, or left. What
/// they were told is written down.
/// </summary>
internal sealed class RetryingGateways(HttpClient http, string budget, int seed)
{
    private const int Gateways = 16;

    private readonly Random random = new(seed);
    private readonly Channel<string> heard = Channel.CreateUnbounded<string>();
    private int away;

    /// <summary>Told that they are granted.</summary>
    public ConcurrentBag<string> Granted { get; } = [];

    /// <summary>Told that they are given back.</summary>
    public ConcurrentBag<string> Released { get; } = [];

    public ConcurrentBag<string> Refused { get; } = [];

    /// <summary>How often nobody answered.</summary>
    public int Away => away;

    /// <summary>Until so many answers more were heard.</summary>
    public async Task HearAsync(int answers)
    {
        for (var i = 0; i < answers; i++) await heard.Reader.ReadAsync();
    }

    public Task RunAsync(int calls)
    {
        var plans = Enumerable.Range(0, calls).Select(n => (Key: $"k{n}", Twice: random.Next(4) == 0, Fate: random.Next(10))).ToArray();
        return Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = Gateways }, async (plan, _) =>
        {
            var verdicts = await Task.WhenAll(Enumerable.Range(0, plan.Twice ? 2 : 1).Select(_ => ReserveAsync(plan.Key)));
            if (!verdicts.Contains("granted"))
            {
                Refused.Add(plan.Key);
                return;
            }

            Granted.Add(plan.Key);
            if (plan.Fate < 4) await ReleaseAsync(plan.Key);
            else if (plan.Fate < 8) await MakeAsync(plan.Key);
        });
    }

    /// <returns>How many calls more are granted.</returns>
    public async Task<int> FillAsync()
    {
        var more = 0;
        while (await ReserveAsync($"more-{more}") == "granted") more++;
        return more;
    }

    private async Task<string> ReserveAsync(string key) => (await AskAsync(() => http.PostAsJsonAsync(
        "/v1/reservations", new { budget, key, ttlSeconds = 3_600, record = new { source = "g", id = key } }))).GetProperty("verdict").GetString()!;

    private async Task ReleaseAsync(string key)
    {
        await AskAsync(() => http.DeleteAsync($"/v1/reservations/{key}?budget={budget}"));
        Released.Add(key);
    }

    private async Task MakeAsync(string key)
    {
        await AskAsync(() => http.PostAsJsonAsync($"/v1/reservations/{key}/commit", new { budget }));
        await AskAsync(() => http.PostAsJsonAsync("/v1/usage", new[]
        {
            new { tenant = budget, id = key, source = "g", model = "m", occurredAt = DateTimeOffset.UtcNow, quantities = new { output = 1 } },
        }));
    }

    private async Task<JsonElement> AskAsync(Func<Task<HttpResponseMessage>> ask)
    {
        while (true)
        {
            using var answer = await ask();
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                var text = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"HTTP {(int)answer.StatusCode}: {text}");
                heard.Writer.TryWrite(text);
                return JsonElement.Parse(text);
            }

            // As Retry-After asks, in the time of tests.
            Interlocked.Increment(ref away);
            await Task.Delay(50);
        }
    }
}
