using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Commands;
using FinOps.Host.Publishing;

namespace FinOps.Host.Benchmarks;

/// <summary>From the publish of the record that crosses to the webhook's receipt, while other usage comes, beside the same on an idle host.</summary>
internal sealed class AlertBenchmark(Uri url, string key, Uri broker)
{
    private const string Model = "bench-dollar-a-token";
    private const int RecordsPerMessage = 100;
    private static readonly decimal[] AtTheLimit = [100m];
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, (long Sent, TaskCompletionSource<TimeSpan> Received)> awaited = new();

    /// <param name="alerts">Budgets that are crossed, one after the other.</param>
    /// <param name="load">Records a second beside.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<Measurement>> MeasureAsync(int alerts, int load, CancellationToken cancellation)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        await using var receiver = await ReceiveAsync();
        using var http = GraphCall.Client(url, key);
        await SetPriceAsync(http, cancellation);
        var ids = Enumerable.Range(0, 2 * alerts + alerts / 10).Select(n => $"bench-{run}-alert-{n}").ToArray();
        foreach (var id in ids) await CreateAsync(http, id, receiver.Urls.Single(), cancellation);

        // The first do not count: code is compiled.
        await CrossAsync(ids[(2 * alerts)..], cancellation);
        var idle = await CrossAsync(ids[..alerts], cancellation);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sent = new Sent();
        var loading = Task.Run(() => LoadAsync(run, load, sent, enough.Token), cancellation);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        var (from, clock) = (sent.Answered, Stopwatch.StartNew());
        var busy = await CrossAsync(ids[alerts..(2 * alerts)], cancellation);
        var reached = (sent.Answered - from) / clock.Elapsed.TotalSeconds;
        await enough.CancelAsync();
        await loading;
        var how = $"{busy.Count} budgets crossed one after the other, each {Pace.TotalMilliseconds:0} ms, from the publish of the record that crosses to the webhook's receipt on loopback, "
            + $"while {reached:0} other records a second were counted ({load} were offered); baseline: the same without other records";
        return
        [
            Measurement.Of("alert-p50", busy.At(0.5), "ms", idle.At(0.5), how),
            Measurement.Of("alert-p99", busy.At(0.99), "ms", idle.At(0.99), how),
        ];
    }

    /// <summary>A receiver that notes when each budget's alert comes.</summary>
    private async Task<WebApplication> ReceiveAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            var at = Stopwatch.GetTimestamp();
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            if (awaited.TryGetValue(body.RootElement.GetProperty("budgetId").GetString()!, out var one)) one.Received.TrySetResult(Stopwatch.GetElapsedTime(one.Sent, at));
        });
        await app.StartAsync();
        return app;
    }

    private async Task<Latencies> CrossAsync(string[] ids, CancellationToken cancellation)
    {
        await using var transport = new RabbitMqTransport(broker);
        using var timer = new PeriodicTimer(Pace);
        var received = new List<Task<TimeSpan>>();
        foreach (var id in ids)
        {
            await timer.WaitForNextTickAsync(cancellation);
            var record = new UsageRecord
            {
                Tenant = id,
                Id = id,
                Source = "bench",
                Model = Model,
                OccurredAt = DateTimeOffset.UtcNow,
                Quantities = new Dictionary<string, long?> { [UnitClasses.Output] = 100 },
            };
            var body = JsonSerializer.SerializeToUtf8Bytes(new UsageReported { BatchId = id, Source = "bench", Records = [record] }, UsageJson.Default.UsageReported);
            var completion = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            awaited[id] = (Stopwatch.GetTimestamp(), completion);
            received.Add(completion.Task);
            await transport.SendAsync(id, body, Patience, cancellation);
        }

        return new Latencies(await Task.WhenAll(received).WaitAsync(Patience, cancellation));
    }

    /// <summary>So many records a second of other tenants, as fleets send them.</summary>
    private async Task LoadAsync(string run, int perSecond, Sent sent, CancellationToken stop)
    {
        var lanes = Enumerable.Range(0, 16).Select(lane => Task.Run(
            async () =>
            {
                await using var transport = new RabbitMqTransport(broker);
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds((double)16 * RecordsPerMessage / perSecond));
                for (var message = 0; !stop.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None); message++)
                {
                    var name = $"{run}-{lane}-{message}";
                    var records = BenchmarkRecords.Of(run, RecordsPerMessage, DateTimeOffset.UtcNow.AddDays(-7)).Select(r => r with { Id = $"{name}-{r.Id}" }).ToList();
                    var body = JsonSerializer.SerializeToUtf8Bytes(new UsageReported { BatchId = name, Source = "bench", Records = records }, UsageJson.Default.UsageReported);
                    await transport.SendAsync(name, body, Patience, CancellationToken.None);
                    Interlocked.Add(ref sent.Answered, RecordsPerMessage);
                }
            },
            CancellationToken.None));
        await Task.WhenAll(lanes);
    }

    private static async Task SetPriceAsync(HttpClient http, CancellationToken cancellation)
    {
        var input = new { model = Model, from = DateTimeOffset.UtcNow.AddDays(-1).UtcDateTime.Date, currency = "USD", rates = new[] { new { unitClass = "output", perUnit = 1m } } };
        await AskAsync(http, "mutation($input: RateCardInput!) { setRateCard(input: $input) { model } }", new { input }, "setRateCard", cancellation);
    }

    private static Task CreateAsync(HttpClient http, string id, string receiver, CancellationToken cancellation) => AskAsync(
        http, "mutation($input: CreateBudgetInput!) { createBudget(input: $input) { id } }",
        new { input = new { id, tenant = id, amount = 100m, currency = "USD", thresholds = AtTheLimit, webhook = new { url = $"{receiver}/" } } }, "createBudget", cancellation);

    private static async Task AskAsync(HttpClient http, string query, object variables, string field, CancellationToken cancellation)
    {
        var (_, errors) = await GraphCall.AskAsync(http, query, variables, field, cancellation);
        if (errors.Count > 0) throw new InvalidOperationException(string.Join(' ', errors));
    }

    private sealed class Sent
    {
        public long Answered;
    }
}
