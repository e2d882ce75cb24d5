using System.Collections.Concurrent;
using System.Text.Json;

namespace FinOps.Host.Benchmarks;

/// <summary>Reservations through <c>POST /v1/reservations</c>, beside as many requests that one committed UPDATE answers, through the same web server.</summary>
internal sealed class ReserveHttpBenchmark(Uri url, string key)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="budgets">Hard ones that nobody reserves from at the time.</param>
    /// <param name="count">Requests of a round.</param>
    /// <param name="callers">How many ask at once.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<Measurement>> MeasureAsync(string[] budgets, int count, int callers, CancellationToken cancellation) =>
    [
        .. await MeasureAsync("reserve-http-hot", "one budget", budgets[..1], count, callers, cancellation),
        .. await MeasureAsync("reserve-http-thousand", $"{budgets.Length} budgets", budgets, count, callers, cancellation),
    ];

    private async Task<IReadOnlyList<Measurement>> MeasureAsync(string name, string of, string[] budgets, int count, int callers, CancellationToken cancellation)
    {
        await using var baseline = await InsertHost.StartAsync(Patience, cancellation);
        // The first of each do not count: code is compiled, grains wake, connections are opened.
        await PostAllAsync(baseline.Url, "/reserve", budgets, count / 4, callers, cancellation);
        await PostAllAsync(url, "/v1/reservations", budgets, count / 4, callers, cancellation);
        var (ours, theirs) = (new List<Latencies>(), new List<Latencies>());
        var how = $"{count} requests of one reservation each on {of} from {callers} clients, each answered when it is on disk; baseline: the same requests, each "
            + "answered after one committed UPDATE of the budget's row, through the same web server in a process of its own";
        var rate = await PairedRounds.MeasureAsync(name, "reservations/s", how, async () =>
        {
            var (updated, updates) = await PostAllAsync(baseline.Url, "/reserve", budgets, count, callers, cancellation);
            var (reserved, reservations) = await PostAllAsync(url, "/v1/reservations", budgets, count, callers, cancellation);
            ours.Add(reservations);
            theirs.Add(updates);
            return (reserved, updated);
        });
        return [rate, Latencies.P99($"{name}-p99", ours, theirs, how)];
    }

    private async Task<(double PerSecond, Latencies Latencies)> PostAllAsync(
        Uri to, string path, string[] budgets, int count, int callers, CancellationToken cancellation)
    {
        var (run, taken) = (Guid.NewGuid().ToString("N")[..8], new ConcurrentBag<TimeSpan>());
        var bodies = Enumerable.Range(0, count).Select(n => JsonSerializer.SerializeToUtf8Bytes(
            new { budget = budgets[n % budgets.Length], key = $"{run}-{n}", amount = "0.000001", ttlSeconds = 60 }));
        var took = await new LeanClients(to, path, key, "granted").PostAsync(bodies, callers, cancellation, taken);
        return (count / took.TotalSeconds, new Latencies(taken));
    }
}
