using System.Diagnostics;
using FinOps.Host.Publishing;
using FinOps.Platform.Hosting;
using FinOps.Platform.Reconciliation;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>
/// All buckets made again from the stored events, beside reading and deserialising the same events; and the check of the ledger, from the
/// start and with nothing new. It empties the buckets: give it books of its own, as `infra/bench` does.
/// </summary>
internal sealed class ReplayBenchmark(WebApplication app, Uri broker) : IAsyncDisposable
{
    private const int Rounds = 3;

    private NpgsqlDataSource Database => app.Services.GetRequiredService<NpgsqlDataSource>();

    public static ReplayBenchmark Create(Uri broker)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.AddFinOps(Roles.None);
        return new ReplayBenchmark(builder.Build(), broker);
    }

    public async Task<IReadOnlyList<Measurement>> MeasureAsync(int count, int recordsPerBatch, int lanes, CancellationToken cancellation)
    {
        await PublishAsync(count, recordsPerBatch, lanes, cancellation);
        await RunAsync("vacuum analyze", cancellation);
        var rebuild = app.Services.GetRequiredService<RebuildBuckets>();
        var (reading, replaying, events, rows) = (new List<double>(), new List<double>(), 0L, 0L);
        // One round before those that count: code is compiled, and pages lie in memory for both.
        for (var round = 0; round <= Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var read = await rebuild.ReadAsync(cancellation);
            var readSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

            await RunAsync("truncate finops.bucket", cancellation);
            start = Stopwatch.GetTimestamp();
            var made = await rebuild.RunAsync(write: true, _ => { }, cancellation);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (read != count || made.Records != count || made.WrongStreams != made.Streams)
                throw new InvalidOperationException($"Of {count} records {read} were read and {made.Records} folded.");
            (events, rows) = (made.Events, made.Rows);
            if (round == 0) continue;
            reading.Add(count / readSeconds);
            replaying.Add(count / seconds);
        }

        var check = await rebuild.RunAsync(write: false, _ => { }, cancellation);
        if (check.WrongStreams != 0) throw new InvalidOperationException($"{check.WrongStreams} streams are wrong after the rebuild.");
        var how = $"{count} records in {events} events and {rows} bucket rows, median of {Rounds} rounds after one that does not count";
        return
        [
            Measurement.Of(
                "replay", Median(replaying), "records/s", Median(reading),
                $"{how}: read, fold, write all buckets; baseline: the same events read and deserialised from PostgreSQL by the same number of readers"),
            await CheckAsync("check-all", "delete from finops.ledger_checkpoint", count, Median(reading), cancellation),
            await CheckAsync("check-again", "select 1", count, Median(reading), cancellation),
        ];
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<Measurement> CheckAsync(string name, string before, int count, double reading, CancellationToken cancellation)
    {
        await RunAsync(before, cancellation);
        await app.Services.GetRequiredService<CheckLedger>().RunAsync(cancellation);
        await using var command = Database.CreateCommand("select seconds::float8, events_read, differences from finops.ledger_check");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        if (row.GetInt64(2) != 0) throw new InvalidOperationException("The ledger does not balance.");
        return Measurement.Of(
            name, count / row.GetDouble(0), "records/s", reading,
            $"the check of the ledger over {count} records, {row.GetDouble(0):0.000} s, {row.GetInt64(1)} events folded; baseline: reading all events, as for replay");
    }

    private async Task PublishAsync(int count, int recordsPerBatch, int lanes, CancellationToken cancellation)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        var session = new PublishSession(() => new RabbitMqTransport(broker), lanes, recordsPerBatch, TimeSpan.FromMinutes(5)) { Out = TextWriter.Null };
        await session.RunAsync(
            async (publisher, tally) =>
            {
                var head = new BatchHead("bench", Backfill: run);
                foreach (var record in BenchmarkRecords.Of(run, count))
                {
                    tally.Read();
                    await publisher.AddAsync(record, head, cancellation);
                }
            }, cancellation);
    }

    private async Task RunAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = Limits.LedgerCheckCommandSeconds;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static double Median(List<double> rates) => rates.Order().ElementAt(rates.Count / 2);
}
