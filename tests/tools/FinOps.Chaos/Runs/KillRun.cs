using System.Diagnostics;
using FinOps.Chaos.Checks;
using FinOps.Chaos.Load;
using FinOps.Chaos.Platform;

namespace FinOps.Chaos.Runs;

/// <summary>
/// T1: records flow through both doors while processes and servers are killed with kill -9 at moments that the seed decides. Each is started
/// again, by its supervisor or by <c>infra/up</c>. In the end the books are read record by record and cell by cell.
/// </summary>
internal sealed class KillRun(KillPlan plan, TextWriter progress)
{
    /// <summary>A second death sometimes falls into the recovery from the first.</summary>
    private const double ShareOfOverlaps = 0.25;

    private readonly Random random = new(plan.Seed);
    private readonly List<Task<double>> recoveries = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public async Task<KillResult> RunAsync(SingleRoles roles, CancellationToken stop)
    {
        var workload = Workload.Of(plan.Records);
        var doors = new TwoDoors(workload.Records, plan.Duplicates, plan.Seed, roles.Bus, roles.Http);
        Say($"{plan.Records:N0} records and {plan.Duplicates:N0} duplicates, {workload.Cells.Count} cells, seed {plan.Seed}");

        var sending = doors.RunAsync(stop);
        using (var timer = new Timer(_ => Say($"  {doors}"), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)))
        {
            var killing = KillAsync(roles, doors, sending, stop);
            // A sender that gives up ends the run at once; a killer that fails, too.
            await await Task.WhenAny(sending, killing);
            await Task.WhenAll(sending, killing);
        }

        await roles.DrainedAsync(stop);
        Say($"  {doors}; drained after {clock.Elapsed.TotalSeconds:0} s; reading the books");
        var books = await BooksCheck.RunAsync(roles, workload, stop);
        return await ResultAsync(roles, doors, books);
    }

    private async Task KillAsync(SingleRoles roles, TwoDoors doors, Task sending, CancellationToken stop)
    {
        foreach (var (share, victim) in plan.Deaths(random))
        {
            await Waiting.UntilAsync(() => doors.Share >= share || sending.IsCompleted, stop);
            // Not in step with the answers that we just looked at.
            await Task.Delay(random.Next(200), stop);
            Say($"  {doors.Share:P0}: kill -9 {victim}");
            var died = clock.Elapsed;
            await (victim switch
            {
                Victim.Silo => roles.Silos[0].SignalAsync("KILL"),
                Victim.Ingest => roles.Ingest.SignalAsync("KILL"),
                Victim.Broker => RestartAsync(roles.Platform.Servers, Server.RabbitMq),
                Victim.Database => RestartAsync(roles.Platform.Servers, Server.Postgres),
                _ => throw new InvalidOperationException($"Nobody knows how to kill {victim}."),
            });
            var recovery = RecoverAsync(roles.Platform, victim, doors, sending, died, stop);
            recoveries.Add(recovery);
            // The next death comes in the middle of this recovery, so there is nothing to wait for but the moment.
            if (random.NextDouble() < ShareOfOverlaps) await Task.Delay(random.Next(2_000), stop);
            else await recovery;
        }

        await Task.WhenAll(recoveries);
    }

    private static Task RestartAsync(OwnServers servers, Server server)
    {
        servers.Kill(server);
        return servers.StartAgainAsync();
    }

    private async Task<double> RecoverAsync(
        OwnPlatform platform, Victim victim, TwoDoors doors, Task sending, TimeSpan died, CancellationToken stop)
    {
        await platform.ReadyAsync(stop);
        var ready = clock.Elapsed;
        var move = doors.BothMove();
        await Waiting.UntilAsync(() => move() || sending.IsCompleted, stop);
        Say($"  after the death of {victim} all were ready in {(ready - died).TotalSeconds:0.0} s, and both doors moved in {(clock.Elapsed - died).TotalSeconds:0.0} s");
        return (clock.Elapsed - died).TotalSeconds;
    }

    private async Task<KillResult> ResultAsync(SingleRoles roles, TwoDoors doors, BooksCheck books)
    {
        var ingestion = (await roles.Platform.AskAsync(roles.Api, "{ ingestion { conflicts quarantined deadLettered } }")).GetProperty("ingestion");
        var seconds = recoveries.Select(r => r.Result).Order().ToList();
        return new KillResult
        {
            Records = plan.Records,
            Duplicates = plan.Duplicates,
            Kills = new Dictionary<string, int>
            {
                ["silo"] = plan.SiloKills,
                ["ingest"] = plan.IngestKills,
                ["broker"] = plan.BrokerKills,
                ["database"] = plan.DatabaseKills,
            },
            Lost = books.Lost,
            Double = books.Double,
            CellsEqual = books.CellsEqual,
            Cells = books.Cells,
            Conflicts = ingestion.GetProperty("conflicts").GetInt64(),
            Quarantined = ingestion.GetProperty("quarantined").GetInt64(),
            DeadLettered = ingestion.GetProperty("deadLettered").GetInt64(),
            Resent = doors.Resent,
            RecoverySecondsMax = seconds.Count == 0 ? 0 : Math.Round(seconds[^1], 1),
            RecoverySecondsMedian = seconds.Count == 0 ? 0 : Math.Round(seconds[seconds.Count / 2], 1),
            Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1),
            Seed = plan.Seed,
        };
    }

    private void Say(string text) => progress.WriteLine($"{clock.Elapsed:mm\\:ss} {text}");
}
