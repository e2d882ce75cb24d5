using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Publishing;

namespace FinOps.Host.Benchmarks;

/// <summary>One record a request, beside one committed INSERT a request: the same clients, bodies and web server.</summary>
internal sealed class HttpBenchmark(Uri url, string key)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<Measurement> MeasureAsync(int count, int clients, CancellationToken cancellation)
    {
        await using var baseline = await InsertHost.StartAsync(Patience, cancellation);
        // The first tenth of each does not count: code is compiled, connections are opened.
        await PostAllAsync(baseline.Url, "/insert", count / 10, clients, cancellation);
        await PostAllAsync(url, "/v1/usage", count / 10, clients, cancellation);
        var measured = await PairedRounds.MeasureAsync(
            "http", "requests/s",
            $"{count} requests of one record each from {clients} clients, each answered after its commit; baseline: the same requests, each answered "
            + "after one committed INSERT into a table with a unique key, through the same web server in a process of its own",
            async () =>
            {
                var inserted = await PostAllAsync(baseline.Url, "/insert", count, clients, cancellation);
                return (await PostAllAsync(url, "/v1/usage", count, clients, cancellation), inserted);
            });
        var nothing = await PostAllAsync(baseline.Url, "/nothing", count, clients, cancellation);
        return measured with { How = $"{measured.How}; a server that stores nothing answered {nothing:0}/s to the same clients" };
    }

    private async Task<double> PostAllAsync(Uri to, string path, int count, int clients, CancellationToken cancellation)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        // The week that ends now: who reports call by call reports live.
        var bodies = BenchmarkRecords.Of(run, count, DateTimeOffset.UtcNow.AddDays(-7)).Select(Body).ToArray();
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = clients, UseProxy = false, UseCookies = false }) { BaseAddress = to };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = cancellation }, async (body, stopping) =>
        {
            using var content = new ReadOnlyMemoryContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await http.PostAsync(path, content, stopping);
            var answer = await response.Content.ReadAsByteArrayAsync(stopping);
            if (response.StatusCode != HttpStatusCode.OK || answer.AsSpan().IndexOf("accepted"u8) < 0)
                throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer)}");
        });
        return count / clock.Elapsed.TotalSeconds;
    }

    private static byte[] Body(UsageRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(new UsageReported { BatchId = record.Id, Source = record.Source!, Records = [record] }, UsageJson.Default.UsageReported);
}
