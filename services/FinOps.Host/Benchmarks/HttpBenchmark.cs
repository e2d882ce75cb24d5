using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>One record a request, beside one committed INSERT a request: the same clients, bodies and web server.</summary>
internal sealed class HttpBenchmark(Uri url, string key, string postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Who reports call by call reports what happened just now, so that the buckets of a round are those of the round before, as in production.
    private static readonly TimeSpan Live = TimeSpan.FromMinutes(5);

    // The runtime compiles what is called often again, and is not done before: rounds after fewer grow from one to the next.
    private const int WarmUpRequests = 300_000;

    // The same tenants in each round: their meters are at work already.
    private readonly string run = Guid.NewGuid().ToString("N")[..8];
    private int posted;

    public async Task<Measurement> MeasureAsync(int count, int clients, CancellationToken cancellation)
    {
        LeanClients.AnswerInline();
        await using var database = NpgsqlDataSource.Create(postgres);
        await using var baseline = await InsertHost.StartAsync(Patience, cancellation);
        var processor = new ProcessorTime(database);
        var host = HostMemory.Find().ProcessId;
        // They do not count: connections are opened, streams are started, and code is compiled.
        await PostAllAsync(baseline.Url, "/insert", WarmUpRequests, clients, cancellation);
        await PostAllAsync(url, "/v1/usage", WarmUpRequests, clients, cancellation);
        var (ours, theirs) = (new List<ProcessorTime.Spent>(), new List<ProcessorTime.Spent>());
        var measured = await PairedRounds.MeasureAsync(
            "http", "requests/s",
            $"{count} requests of one record each from {clients} clients, each answered after its commit; baseline: the same requests, each answered "
            + "after one committed INSERT into a table with a unique key, through the same web server in a process of its own",
            async () =>
            {
                var (inserted, recorded) = (0.0, 0.0);
                theirs.Add(await processor.OfAsync(baseline.ProcessId, async () => inserted = await PostAllAsync(baseline.Url, "/insert", count, clients, cancellation)));
                ours.Add(await processor.OfAsync(host, async () => recorded = await PostAllAsync(url, "/v1/usage", count, clients, cancellation)));
                return (recorded, inserted);
            });
        var nothing = await PostAllAsync(baseline.Url, "/nothing", count, clients, cancellation);
        return measured with
        {
            How = $"{measured.How}; processor time: {Median(ours).A("a request", count)}, baseline {Median(theirs).A("a request", count)}; "
                + $"a server that stores nothing answered {nothing:0}/s to the same clients",
        };
    }

    private async Task<double> PostAllAsync(Uri to, string path, int count, int clients, CancellationToken cancellation)
    {
        var bodies = LiveRecords(count).Select(Body);
        var took = await new LeanClients(to, path, key).PostAsync(bodies, clients, cancellation);
        return count / took.TotalSeconds;
    }

    /// <summary>A week's records, as if they came in minutes.</summary>
    private IEnumerable<UsageRecord> LiveRecords(int count)
    {
        var (name, from) = (++posted, DateTimeOffset.UtcNow - Live);
        return BenchmarkRecords.Of(run, count).Select(r => r with
        {
            Id = $"{name}-{r.Id}",
            OccurredAt = from + (Live * ((r.OccurredAt - BenchmarkRecords.Start) / BenchmarkRecords.Span)),
        });
    }

    private static ProcessorTime.Spent Median(List<ProcessorTime.Spent> rounds) =>
        rounds.OrderBy(r => r.Clients + r.Host + r.Database).ElementAt(rounds.Count / 2);

    private static byte[] Body(UsageRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(new UsageReported { BatchId = record.Id, Source = record.Source!, Records = [record] }, UsageJson.Default.UsageReported);
}
