using System.Collections.Concurrent;
using System.Diagnostics;
using FinOps.Domain.Budgets;
using FinOps.Platform.Budgets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Reservations;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>
/// Reservations on one hot budget and on a thousand, each answered when it is on disk, beside one committed UPDATE a reservation: by calls of the
/// grain, in this process.
/// </summary>
internal sealed class ReserveBenchmark(WebApplication app, string postgres) : IAsyncDisposable
{
    private const int Budgets = 1_000;
    private const decimal Amount = 0.000001m;

    private readonly string run = Guid.NewGuid().ToString("N")[..8];

    /// <summary>As many more hard budgets, whose gates were not asked here: for another host.</summary>
    public string[] Others => [.. Enumerable.Range(0, Budgets).Select(n => $"bench-{run}-other-{n}")];

    public static ReserveBenchmark Create(string postgres) => new(SiloAlone.Build(), postgres);

    public async Task<IReadOnlyList<Measurement>> MeasureAsync(int count, int callers, CancellationToken cancellation)
    {
        await app.StartAsync(cancellation);
        var ids = Enumerable.Range(0, Budgets).Select(n => $"bench-{run}-{n}").ToArray();
        await BenchmarkBudgets.CreateAsync(app.Services.GetRequiredService<BudgetDesk>(), ids.Concat(Others).Select(id => (id, id)), cancellation, budget => budget.Kind = BudgetKind.Hard);
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { MaxPoolSize = Limits.DatabaseConnections, MaxAutoPrepare = 10 }.ConnectionString);
        await using (var table = database.CreateCommand(
            """
            drop table if exists finops.bench_reserved;
            create table finops.bench_reserved (id text primary key, reserved numeric not null, amount numeric not null) with (fillfactor = 50);
            """))
            await table.ExecuteNonQueryAsync(cancellation);
        await using (var rows = database.CreateCommand("insert into finops.bench_reserved select unnest($1::text[]), 0, 1000000"))
        {
            rows.Parameters.Add(new NpgsqlParameter { Value = ids.Concat(Others).ToArray() });
            await rows.ExecuteNonQueryAsync(cancellation);
        }

        return
        [
            .. await MeasureAsync("reserve-hot", "one budget", ids[..1], database, count, callers, cancellation),
            .. await MeasureAsync("reserve-thousand", $"{Budgets} budgets", ids, database, count, callers, cancellation),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<IReadOnlyList<Measurement>> MeasureAsync(
        string name, string of, string[] ids, NpgsqlDataSource database, int count, int callers, CancellationToken cancellation)
    {
        var grains = app.Services.GetRequiredService<IGrainFactory>();
        var number = 0;
        async Task ReserveAsync(string id)
        {
            var order = new GateOrder(GateVerb.Reserve, $"{name}-{Interlocked.Increment(ref number)}", Amount, TimeSpan.FromSeconds(60), null, null);
            var reply = await grains.GetGrain<IGateGrain>(id).AskAsync(order);
            if (reply.Verdict != GateVerdict.Granted) throw new InvalidOperationException($"A reservation was {reply.Verdict}: {reply.Message}");
        }

        async Task UpdateAsync(string id)
        {
            await using var update = database.CreateCommand("update finops.bench_reserved set reserved = reserved + $2 where id = $1 and reserved + $2 <= amount");
            update.Parameters.Add(new NpgsqlParameter { Value = id });
            update.Parameters.Add(new NpgsqlParameter { Value = Amount });
            if (await update.ExecuteNonQueryAsync(cancellation) != 1) throw new InvalidOperationException("The baseline's row is full.");
        }

        // The first of each do not count: code is compiled, grains wake, connections are opened.
        await TimeAsync(ids, count / 4, callers, ReserveAsync, cancellation);
        await TimeAsync(ids, count / 4, callers, UpdateAsync, cancellation);
        var (ours, theirs) = (new List<Latencies>(), new List<Latencies>());
        var how = $"{count} reservations on {of} from {callers} callers of the grain, each answered when it is on disk; baseline: one committed UPDATE each "
            + "of the budget's row, from as many callers, which knows no key, expiry or books";
        var rate = await PairedRounds.MeasureAsync(name, "reservations/s", how, async () =>
        {
            var (updated, updates) = await TimeAsync(ids, count, callers, UpdateAsync, cancellation);
            var (reserved, reservations) = await TimeAsync(ids, count, callers, ReserveAsync, cancellation);
            ours.Add(reservations);
            theirs.Add(updates);
            return (reserved, updated);
        });
        return [rate, Latencies.P99($"{name}-p99", ours, theirs, how)];
    }

    private static async Task<(double PerSecond, Latencies Latencies)> TimeAsync(
        string[] ids, int count, int callers, Func<string, Task> act, CancellationToken cancellation)
    {
        var taken = new ConcurrentBag<TimeSpan>();
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = callers, CancellationToken = cancellation },
            async (n, _) =>
            {
                var start = Stopwatch.GetTimestamp();
                await act(ids[n % ids.Length]);
                taken.Add(Stopwatch.GetElapsedTime(start));
            });
        return (count / clock.Elapsed.TotalSeconds, new Latencies(taken));
    }
}
