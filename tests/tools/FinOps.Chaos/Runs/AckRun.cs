using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using FinOps.Chaos.Checks;
using FinOps.Chaos.Platform;
using FinOps.Contracts;
using FinOps.Host.Publishing;

namespace FinOps.Chaos.Runs;

/// <summary>How a run of T6 ended.</summary>
/// <param name="Rounds">Kills of PostgreSQL.</param>
/// <param name="Acknowledged">Records that an HTTP answer or a receipt called accepted or duplicate.</param>
/// <param name="Missing">Of these, the ones that no stored event holds.</param>
/// <param name="Double">Records that are held twice.</param>
/// <param name="Seconds">All of it.</param>
/// <param name="Seed">Decides the moments of the kills.</param>
internal sealed record AckResult(int Rounds, long Acknowledged, long Missing, long Double, double Seconds, int Seed)
{
    public bool IsExact => Missing == 0 && Double == 0 && Acknowledged > 0;
}

/// <summary>
/// T6: PostgreSQL is killed in the middle of acknowledgements. Every sender gives a record one try and keeps what was acknowledged; each of
/// these must be in the books. What was not acknowledged may be there or not, but not twice.
/// </summary>
internal sealed class AckRun(int rounds, int perRound, int seed, TextWriter progress)
{
    private const int SendersPerDoor = 8;
    private const int RecordsPerBatch = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, bool> acknowledged = new();
    private readonly string tenant = $"acks-{Guid.NewGuid():N}";
    private long lastId;

    public async Task<AckResult> RunAsync(SingleRoles roles, CancellationToken stop)
    {
        var (clock, random) = (Stopwatch.StartNew(), new Random(seed));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var senders = Enumerable.Range(0, 2 * SendersPerDoor)
            .Select(n => Task.Run(() => SendAsync(n % 2 == 0 ? roles.Bus() : roles.Http(), done.Token), stop)).ToList();
        for (var round = 1; round <= rounds; round++)
        {
            var wanted = acknowledged.Count + perRound + random.Next(RecordsPerBatch * SendersPerDoor);
            await Waiting.UntilAsync(() => acknowledged.Count >= wanted || senders.Any(s => s.IsFaulted), stop);
            // The moment of the kill is the fault itself: not in step with the answers that we just looked at.
            await Task.Delay(random.Next(30), stop);
            roles.Platform.Servers.Kill(Server.Postgres);
            await roles.Platform.Servers.StartAgainAsync();
            if (round % 10 == 0 || round == rounds) await progress.WriteLineAsync($"{clock.Elapsed:mm\\:ss} {round} kills, {acknowledged.Count:N0} acknowledged");
        }

        await done.CancelAsync();
        await Task.WhenAll(senders);
        await roles.DrainedAsync(stop);
        var (missing, twice) = await CompareAsync(roles, stop);
        return new AckResult(rounds, acknowledged.Count, missing, twice, Math.Round(clock.Elapsed.TotalSeconds, 1), seed);
    }

    private async Task SendAsync(IBatchTransport transport, CancellationToken done)
    {
        await using var own = transport;
        while (!done.IsCancellationRequested)
        {
            var batch = Batch();
            try
            {
                var receipt = await transport.SendAsync(
                    batch.BatchId, JsonSerializer.SerializeToUtf8Bytes(batch, JsonSerializerOptions.Web), Patience, done);
                foreach (var verdict in receipt.Verdicts.Where(v => v.Verdict is Verdicts.Accepted or Verdicts.Duplicate))
                    acknowledged[verdict.Id!] = true;
            }
            catch (UnansweredException)
            {
                // Not acknowledged, so nothing is promised.
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private UsageReported Batch() => new()
    {
        BatchId = Guid.NewGuid().ToString("N"),
        Source = "acks",
        Backfill = "acks",
        Records = [.. Enumerable.Range(0, RecordsPerBatch).Select(_ => Record(Interlocked.Increment(ref lastId)))],
    };

    private UsageRecord Record(long id) => new()
    {
        Tenant = tenant,
        Id = $"{id}",
        Model = $"m-{id % 5}",
        Fleet = "f",
        OccurredAt = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(id % 86_400),
        Quantities = new Dictionary<string, long?> { [UnitClasses.Output] = id % 1_000 },
    };

    private async Task<(long Missing, long Double)> CompareAsync(SingleRoles roles, CancellationToken stop)
    {
        var stored = new HashSet<string>();
        var twice = 0L;
        await foreach (var recorded in BooksCheck.StoredAsync(roles.Platform.Servers.Postgres, stop))
        {
            if (recorded.Tenant != tenant) continue;
            foreach (var id in recorded.Ids)
            {
                if (!stored.Add(id)) twice++;
            }
        }

        return (acknowledged.Keys.Count(id => !stored.Contains(id)), twice);
    }
}
