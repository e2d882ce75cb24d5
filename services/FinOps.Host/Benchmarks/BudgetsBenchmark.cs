using FinOps.Platform.Budgets;
using FinOps.Platform.Metering;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>What an accepted record costs with ten thousand budgets, beside the same records with one.</summary>
internal sealed class BudgetsBenchmark(WebApplication app, string postgres) : IAsyncDisposable
{
    private const int RecordsPerBatch = 1_000;
    private const int BatchesUnderWay = 32;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static BudgetsBenchmark Create(string postgres) => new(SiloAlone.Build(), postgres);

    /// <param name="budgets">As many as are held against one.</param>
    /// <param name="count">Records of a round.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Measurement> MeasureAsync(int budgets, int count, CancellationToken cancellation)
    {
        await app.StartAsync(cancellation);
        await using var database = NpgsqlDataSource.Create(postgres);
        var processor = new ProcessorTime(database);
        var desk = app.Services.GetRequiredService<BudgetDesk>();
        var (one, many) = ($"{Guid.NewGuid():N}"[..8], $"{Guid.NewGuid():N}"[..8]);
        await BenchmarkBudgets.CreateAsync(desk, [($"{one}-0", BenchmarkRecords.Tenant(one, 0))], cancellation);
        await BenchmarkBudgets.CreateAsync(
            desk, Enumerable.Range(0, budgets).Select(n => ($"{many}-{n}", BenchmarkRecords.Tenant(many, n % BenchmarkRecords.Tenants))), cancellation);
        var part = 0;
        await StoreAsync(one, part, count, cancellation);
        await StoreAsync(many, part, count, cancellation);
        return await PairedRounds.MeasureAsync(
            "budgets", "µs of processor time a record",
            $"{count} records of {BenchmarkRecords.Tenants} tenants that have {budgets} budgets between them, {RecordsPerBatch} a batch, from the first call until all budgets "
            + "are evaluated; silo and database; baseline: the same records where one of the tenants has one budget",
            async () =>
            {
                part++;
                var alone = await processor.OfAsync(Environment.ProcessId, () => StoreAsync(one, part, count, cancellation));
                var crowded = await processor.OfAsync(Environment.ProcessId, () => StoreAsync(many, part, count, cancellation));
                return ((crowded.Clients + crowded.Database) / count, (alone.Clients + alone.Database) / count);
            });
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    /// <summary>Ends when the grains have nothing more to do, which shows in that the process rests.</summary>
    private async Task StoreAsync(string run, int part, int count, CancellationToken cancellation)
    {
        var grains = app.Services.GetRequiredService<IGrainFactory>();
        var batches = AcceptedRecords.Of(run, count, part).Chunk(RecordsPerBatch)
            .Select(batch => batch.GroupBy(r => MeterKey.Of(r.Record.Meter)).Select(m => (Meter: m.Key, Batch: new MeterBatch(run, [.. m]))).ToArray())
            .ToArray();
        await Parallel.ForEachAsync(
            batches, new ParallelOptions { MaxDegreeOfParallelism = BatchesUnderWay, CancellationToken = cancellation },
            async (batch, _) => await Task.WhenAll(batch.Select(m => grains.GetGrain<IMeterGrain>(m.Meter).RecordAsync(m.Batch))));
        TimeSpan before, after;
        do
        {
            before = Environment.CpuUsage.TotalTime;
            await Task.Delay(Look, cancellation);
            after = Environment.CpuUsage.TotalTime;
        }
        while (after - before > Look / 20);
    }
}
