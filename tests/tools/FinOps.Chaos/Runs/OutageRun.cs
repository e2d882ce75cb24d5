using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Chaos.Checks;
using FinOps.Chaos.Platform;
using FinOps.Contracts;
using RabbitMQ.Client;

namespace FinOps.Chaos.Runs;

/// <summary>How a run of T26 ended.</summary>
internal sealed record OutageResult
{
    public required int OutageSeconds { get; init; }

    public required int RecordsPerSecond { get; init; }

    /// <summary>Records that HTTP answered with a verdict or the broker confirmed.</summary>
    public required long Accepted { get; init; }

    /// <summary>Of these, the ones that the books do not hold.</summary>
    public required long Missing { get; init; }

    public required long Double { get; init; }

    /// <summary>Requests that were told to come again: 429 or 503 with Retry-After.</summary>
    public required long ToldToWait { get; init; }

    /// <summary>Requests that got any other answer but 200.</summary>
    public required long OtherAnswers { get; init; }

    /// <summary>Most memory that the consumer, and the silo, held during the outage.</summary>
    public required double IngestMegabytesMax { get; init; }

    public required double SiloMegabytesMax { get; init; }

    /// <summary>How often a process ended by itself: out of memory, for example.</summary>
    public required int EndsOfTheirOwn { get; init; }

    /// <summary>From the database's return until the broker holds nothing.</summary>
    public required double DrainSeconds { get; init; }

    public bool IsExact => Missing == 0 && Double == 0 && OtherAnswers == 0 && ToldToWait > 0 && EndsOfTheirOwn == 0 && Accepted > 0;
}

/// <summary>T26: the database is away for a while and usage keeps coming, half of it over HTTP, half over the broker.</summary>
internal sealed class OutageRun(TimeSpan outage, int recordsPerSecond, TextWriter progress)
{
    private const int RecordsPerBatch = 20;

    private readonly ConcurrentDictionary<string, bool> accepted = new();
    private readonly string tenant = $"outage-{Guid.NewGuid():N}";
    private long lastId;
    private long toldToWait;
    private long otherAnswers;

    public async Task<OutageResult> RunAsync(SingleRoles roles, CancellationToken stop)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var endsBefore = roles.Platform.Processes.Sum(p => p.EndsOfItsOwn);
        var (ingest, silo) = (0.0, 0.0);
        var sending = Task.WhenAll(HttpAsync(roles, done.Token), BusAsync(roles, done.Token));
        await Waiting.UntilAsync(() => accepted.Count > recordsPerSecond || sending.IsCompleted, stop);
        roles.Platform.Servers.Kill(Server.Postgres);
        await progress.WriteLineAsync($"{accepted.Count:N0} accepted; the database is away for {outage.TotalSeconds:0} s");
        // The length of the outage is the fault itself; memory is sampled meanwhile.
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < outage; await Task.Delay(500, stop))
        {
            (ingest, silo) = (Math.Max(ingest, roles.Ingest.Megabytes()), Math.Max(silo, roles.Silos[0].Megabytes()));
        }

        var before = accepted.Count;
        await roles.Platform.Servers.StartAgainAsync();
        var drain = Stopwatch.StartNew();
        await Waiting.UntilAsync(() => accepted.Count > before + recordsPerSecond || sending.IsCompleted, stop);
        await done.CancelAsync();
        await sending;
        await roles.DrainedAsync(stop);
        await progress.WriteLineAsync($"{accepted.Count:N0} accepted, {toldToWait:N0} requests were told to wait; drained after {drain.Elapsed.TotalSeconds:0} s");
        var (missing, twice) = await CompareAsync(roles, stop);
        return new OutageResult
        {
            OutageSeconds = (int)outage.TotalSeconds,
            RecordsPerSecond = recordsPerSecond,
            Accepted = accepted.Count,
            Missing = missing,
            Double = twice,
            ToldToWait = toldToWait,
            OtherAnswers = otherAnswers,
            IngestMegabytesMax = Math.Round(ingest),
            SiloMegabytesMax = Math.Round(silo),
            EndsOfTheirOwn = roles.Platform.Processes.Sum(p => p.EndsOfItsOwn) - endsBefore,
            DrainSeconds = Math.Round(drain.Elapsed.TotalSeconds, 1),
        };
    }

    /// <summary>At the rate asked for, whether the answers come or not.</summary>
    private async Task HttpAsync(SingleRoles roles, CancellationToken done)
    {
        using var http = new HttpClient { BaseAddress = roles.Ingest.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", roles.Platform.Key("fleet"));
        var underWay = new List<Task>();
        await TickAsync(() =>
        {
            underWay.RemoveAll(t => t.IsCompletedSuccessfully);
            underWay.Add(PostAsync(http, Batch()));
            return Task.CompletedTask;
        }, done);
        await Task.WhenAll(underWay);
    }

    private async Task PostAsync(HttpClient http, UsageReported batch)
    {
        using var answer = await http.PostAsJsonAsync("v1/usage", batch, JsonSerializerOptions.Web);
        if (answer.StatusCode == HttpStatusCode.OK) Accept(batch);
        else if (answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null)
            Interlocked.Increment(ref toldToWait);
        else
        {
            Interlocked.Increment(ref otherAnswers);
            await progress.WriteLineAsync($"HTTP {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private async Task BusAsync(SingleRoles roles, CancellationToken done)
    {
        await using var connection = await new ConnectionFactory { Uri = roles.Platform.Servers.Broker }.CreateConnectionAsync(done);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), done);
        await TickAsync(async () =>
        {
            var batch = Batch();
            await channel.BasicPublishAsync(
                "FinOps.Contracts:UsageReported", "", mandatory: true, new BasicProperties { ContentType = "application/json", Persistent = true },
                JsonSerializer.SerializeToUtf8Bytes(batch, JsonSerializerOptions.Web), CancellationToken.None);
            Accept(batch);
        }, done);
    }

    private async Task TickAsync(Func<Task> send, CancellationToken done)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2.0 * RecordsPerBatch / recordsPerSecond));
        while (!done.IsCancellationRequested)
        {
            await send();
            try
            {
                await timer.WaitForNextTickAsync(done);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Accept(UsageReported batch)
    {
        foreach (var record in batch.Records) accepted[record.Id] = true;
    }

    private UsageReported Batch() => new()
    {
        BatchId = Guid.NewGuid().ToString("N"),
        Source = "outage",
        Backfill = "outage",
        Records = [.. Enumerable.Range(0, RecordsPerBatch).Select(_ => Interlocked.Increment(ref lastId)).Select(id => new UsageRecord
        {
            Tenant = tenant,
            Id = $"{id}",
            Model = $"m-{id % 5}",
            OccurredAt = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(id % 86_400),
            Quantities = new Dictionary<string, long?> { [UnitClasses.Output] = 1 },
        })],
    };

    private async Task<(long Missing, long Double)> CompareAsync(SingleRoles roles, CancellationToken stop)
    {
        var stored = new HashSet<string>();
        var twice = 0L;
        await foreach (var recorded in BooksCheck.StoredAsync(roles.Platform.Servers.Postgres, stop))
        {
            if (recorded.Tenant == tenant) twice += recorded.Ids.Count(id => !stored.Add(id));
        }

        return (accepted.Keys.Count(id => !stored.Contains(id)), twice);
    }
}
