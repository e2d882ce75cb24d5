using System.Diagnostics;
using FinOps.Platform.Budgets;
using FinOps.Platform.Metering;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>What the minute's sweep costs where each of ten thousand tenants has a budget, by what there is to look at.</summary>
internal sealed class SweepBenchmark(WebApplication app, string postgres) : IAsyncDisposable
{
    private const int TenantsPerCall = 64;

    public static SweepBenchmark Create(string postgres) => new(SiloAlone.Build(), postgres);

    /// <param name="tenants">With a budget each.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<Measurement>> MeasureAsync(int tenants, CancellationToken cancellation)
    {
        await app.StartAsync(cancellation);
        await using var database = NpgsqlDataSource.Create(postgres);
        var (plain, watched) = (Guid.NewGuid().ToString("N")[..8], Guid.NewGuid().ToString("N")[..8]);
        var desk = app.Services.GetRequiredService<BudgetDesk>();
        string[] Names(string run) => [.. Enumerable.Range(0, tenants).Select(n => $"bench-{run}-{n}")];
        await SpendAsync(Names(plain), cancellation);
        await SpendAsync(Names(watched), cancellation);
        await BenchmarkBudgets.CreateAsync(desk, Names(plain).Select(n => (n, n)), cancellation);
        await SweepAsync(cancellation);
        var resting = await SweepAsync(cancellation);
        await SpendAsync(Names(plain), cancellation);
        // A nudge has told the grains already; the sweep looks all the same.
        var busy = await SweepAsync(cancellation);
        await BenchmarkBudgets.CreateAsync(desk, Names(watched).Select(n => (n, n)), cancellation, budget =>
        {
            budget.ForecastThresholds = [80, 100];
            budget.NoDataAfterHours = 24;
        });
        await SweepAsync(cancellation);
        var waiting = await SweepAsync(cancellation);
        return
        [
            Measurement.Of("sweep-busy", busy, "s", resting, $"one sweep of {tenants} tenants with a budget and news each; baseline: without news"),
            Measurement.Of("sweep-watched", waiting, "s", resting, $"the same where {tenants} more tenants have a budget that is foreseen and waits for signs, each looked at without news"),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<double> SweepAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await ActivatorUtilities.CreateInstance<SweepBudgets>(app.Services).RunAsync(cancellation);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private Task SpendAsync(string[] tenants, CancellationToken cancellation)
    {
        var grains = app.Services.GetRequiredService<IGrainFactory>();
        return Parallel.ForEachAsync(
            tenants, new ParallelOptions { MaxDegreeOfParallelism = TenantsPerCall, CancellationToken = cancellation },
            async (tenant, _) =>
            {
                var record = AcceptedRecords.Now(tenant, Guid.NewGuid().ToString("N"));
                await grains.GetGrain<IMeterGrain>(MeterKey.Of(record.Record.Meter)).RecordAsync(new MeterBatch(null, [record]));
            });
    }
}
