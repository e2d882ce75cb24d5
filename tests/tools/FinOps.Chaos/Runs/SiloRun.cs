using System.Diagnostics;
using FinOps.Chaos.Checks;
using FinOps.Chaos.Load;
using FinOps.Chaos.Platform;

namespace FinOps.Chaos.Runs;

/// <summary>How a run with several silos ended.</summary>
/// <param name="Name">What was done to them.</param>
/// <param name="Records">Unique records.</param>
/// <param name="Duplicates">Records that were sent once more.</param>
/// <param name="Faults">How often it was done.</param>
/// <param name="Lost">Records that no stored event holds.</param>
/// <param name="Double">Records that are held twice.</param>
/// <param name="CellsEqual">Cells as expected.</param>
/// <param name="Cells">All cells.</param>
/// <param name="RecoverySecondsMax">From a fault until both doors answer and all are ready.</param>
/// <param name="Seconds">All of it.</param>
internal sealed record SiloResult(
    string Name, int Records, int Duplicates, int Faults, long Lost, long Double, int CellsEqual, int Cells, double RecoverySecondsMax, double Seconds)
{
    public bool IsExact => Lost == 0 && Double == 0 && CellsEqual == Cells;
}

/// <summary>T16 and T17: three silos of one cluster under load, and something happens to them, again and again.</summary>
internal sealed class SiloRun(string name, int records, int faults, TextWriter progress)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <param name="roles">With the silos to trouble.</param>
    /// <param name="fault">What is done, by number from 0.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<SiloResult> RunAsync(SingleRoles roles, Func<SingleRoles, int, CancellationToken, Task> fault, CancellationToken stop)
    {
        var workload = Workload.Of(records);
        var duplicates = records / 10;
        var doors = new TwoDoors(workload.Records, duplicates, seed: 1, roles.Bus, roles.Http);
        var sending = doors.RunAsync(stop);
        var slowest = 0.0;
        for (var done = 0; done < faults; done++)
        {
            var share = (done + 0.5) / (faults + 1);
            await Waiting.UntilAsync(() => doors.Share >= share || sending.IsCompleted, stop);
            await progress.WriteLineAsync($"{clock.Elapsed:mm\\:ss} {doors}: {name} {done + 1} of {faults}");
            var began = clock.Elapsed;
            await fault(roles, done, stop);
            await roles.Platform.ReadyAsync(stop);
            var move = doors.BothMove();
            await Waiting.UntilAsync(() => move() || sending.IsCompleted, stop);
            slowest = Math.Max(slowest, (clock.Elapsed - began).TotalSeconds);
        }

        await sending;
        await roles.DrainedAsync(stop);
        var books = await BooksCheck.RunAsync(roles, workload, stop);
        return new SiloResult(
            name, records, duplicates, faults, books.Lost, books.Double, books.CellsEqual, books.Cells,
            Math.Round(slowest, 1), Math.Round(clock.Elapsed.TotalSeconds, 1));
    }

    /// <summary>One silo is frozen for longer than its neighbours believe in it, then wakes with all that it believed to own.</summary>
    public static Func<SingleRoles, int, CancellationToken, Task> Freeze(TimeSpan pause) => async (roles, number, stop) =>
    {
        var silo = roles.Silos[number % roles.Silos.Count];
        await silo.SignalAsync("STOP");
        try
        {
            // The length of the pause is the fault itself.
            await Task.Delay(pause, stop);
        }
        finally
        {
            await silo.SignalAsync("CONT");
        }
    };

    /// <summary>Each silo in turn ends in order and starts again.</summary>
    public static async Task RollAsync(SingleRoles roles, int number, CancellationToken stop)
    {
        foreach (var silo in roles.Silos)
        {
            await silo.SignalAsync("TERM");
            await Waiting.UntilAsync(silo.IsReadyAsync, stop);
        }
    }

    /// <summary>All silos die in the same moment.</summary>
    public static Task KillAllAsync(SingleRoles roles, int number, CancellationToken stop) =>
        Task.WhenAll(roles.Silos.Select(silo => silo.SignalAsync("KILL")));
}
