using System.Diagnostics;
using FinOps.Domain.Metering;
using FinOps.Platform.Metering;

namespace FinOps.Host.Benchmarks;

/// <summary>Accepted batches → meter grains → commit, in one silo and without a broker, beside binary COPY of the same records.</summary>
internal sealed class StoreBenchmark(WebApplication app, string postgres) : IAsyncDisposable
{
    private const int PieceRecords = 100_000;
    private const int WarmUpRecords = 200_000;

    public static StoreBenchmark Create(string postgres) => new(SiloAlone.Build(), postgres);

    public async Task<Measurement> MeasureAsync(int count, int recordsPerBatch, int batchesUnderWay, CancellationToken cancellation)
    {
        await app.StartAsync(cancellation);
        // One run before the one that counts: code is compiled, and both have the same books before them.
        await StoreAsync(Guid.NewGuid().ToString("N")[..8], WarmUpRecords, recordsPerBatch, batchesUnderWay, cancellation);
        var processor = 0.0;
        var measured = await PairedRounds.MeasureAsync(
            "store", "records/s",
            $"{count} records that acceptance let pass, {recordsPerBatch} a batch and {batchesUnderWay} batches under way, from the first call until the last commit; "
            + "baseline: binary COPY of the same records into a table with two unique indexes, on the same server just before",
            async () =>
            {
                var run = Guid.NewGuid().ToString("N")[..8];
                var (baseline, _) = await CopyBaseline.MeasureAsync(postgres, BenchmarkRecords.Of(run, count).ToList(), cancellation);
                (var rate, processor) = await StoreAsync(run, count, recordsPerBatch, batchesUnderWay, cancellation);
                return (rate, baseline);
            });
        return measured with { How = $"{measured.How}; {processor:0.0} µs of this process's processor time a record" };
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<(double RecordsPerSecond, double ProcessorMicroseconds)> StoreAsync(string run, int count, int recordsPerBatch, int batchesUnderWay, CancellationToken cancellation)
    {
        var grains = app.Services.GetRequiredService<IGrainFactory>();
        var (accepted, clock, cpu) = (0L, new Stopwatch(), TimeSpan.Zero);
        // Accepted piece by piece while the clock stands: a host never holds a million records, and the collector would pay for them here.
        foreach (var piece in AcceptedRecords.Of(run, count).Chunk(PieceRecords))
        {
            var batches = piece.Chunk(recordsPerBatch)
                .Select(batch => batch.GroupBy(r => MeterKey.Of(r.Record.Meter)).Select(m => (Meter: m.Key, Batch: new MeterBatch(run, [.. m]))).ToArray())
                .ToArray();
            var before = Environment.CpuUsage.TotalTime;
            clock.Start();
            await Parallel.ForEachAsync(
                batches, new ParallelOptions { MaxDegreeOfParallelism = batchesUnderWay, CancellationToken = cancellation },
                async (batch, _) =>
                {
                    var outcomes = await Task.WhenAll(batch.Select(m => grains.GetGrain<IMeterGrain>(m.Meter).RecordAsync(m.Batch)));
                    Interlocked.Add(ref accepted, outcomes.Sum(o => o.LongCount(r => r == RecordOutcome.Accepted)));
                });
            clock.Stop();
            cpu += Environment.CpuUsage.TotalTime - before;
        }

        if (accepted != count) throw new InvalidOperationException($"Of {count} records {accepted} were counted.");
        return (count / clock.Elapsed.TotalSeconds, cpu.TotalMicroseconds / count);
    }
}
