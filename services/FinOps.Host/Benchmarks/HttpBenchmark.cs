using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>One record a request, beside one committed INSERT a request: the same clients, bodies and web server.</summary>
internal sealed class HttpBenchmark(Uri url, string key, string postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<Measurement> MeasureAsync(int count, int clients, CancellationToken cancellation)
    {
        LeanClients.AnswerInline();
        await using var database = NpgsqlDataSource.Create(postgres);
        await using var baseline = await InsertHost.StartAsync(Patience, cancellation);
        var processor = new ProcessorTime(database);
        var host = HostMemory.Find().ProcessId;
        // The first of each do not count: connections are opened, and code is compiled, which takes a hundred thousand calls until it is for good.
        await PostAllAsync(baseline.Url, "/insert", 2 * count, clients, cancellation);
        await PostAllAsync(url, "/v1/usage", 2 * count, clients, cancellation);
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
        var run = Guid.NewGuid().ToString("N")[..8];
        // The week that ends now: who reports call by call reports live.
        var bodies = BenchmarkRecords.Of(run, count, DateTimeOffset.UtcNow.AddDays(-7)).Select(Body);
        var took = await new LeanClients(to, path, key).PostAsync(bodies, clients, cancellation);
        return count / took.TotalSeconds;
    }

    private static ProcessorTime.Spent Median(List<ProcessorTime.Spent> rounds) =>
        rounds.OrderBy(r => r.Clients + r.Host + r.Database).ElementAt(rounds.Count / 2);

    private static byte[] Body(UsageRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(new UsageReported { BatchId = record.Id, Source = record.Source!, Records = [record] }, UsageJson.Default.UsageReported);
}
