using FinOps.Simulation.Load;
using FinOps.Simulation.Time;

namespace FinOps.Simulation;

/// <summary>What became of one seed.</summary>
/// <param name="Seed">Which.</param>
/// <param name="Records">That its sources sent, repetitions among them.</param>
/// <param name="Violations">What must hold and did not; empty when all is well.</param>
/// <param name="TraceHash">Of all that happened: the same for the same seed.</param>
/// <param name="Occurred">By fault kind.</param>
/// <param name="Counted">Records in the books at the end.</param>
/// <param name="Told">Verdicts told: accepted, duplicate, conflict, quarantined.</param>
/// <param name="Steps">Of the loop.</param>
internal sealed record Outcome(
    int Seed, int Records, IReadOnlyList<string> Violations, ulong TraceHash, IReadOnlyList<long> Occurred, long Counted,
    IReadOnlyList<long> Told, long Steps)
{
    public bool Holds => Violations.Count == 0;
}

/// <summary>
/// One seed: sources send while everything may go wrong; then the world heals and drains, what was set aside is mended and sent again, and
/// the books are compared with the truth.
/// </summary>
internal static class Simulation
{
    private const int Sources = 6;

    /// <summary>A run that takes more is one that never comes to rest.</summary>
    private const long MaxSteps = 2_000_000;

    public static Outcome Run(int seed, int records, Mutation mutation = Mutation.None)
    {
        var (dice, trace, context) = (new Dice(seed), new Trace(), SynchronizationContext.Current);
        var loop = new Loop(StartOf(dice), trace);
        SynchronizationContext.SetSynchronizationContext(loop);
        // Nothing travels with the calls, so nothing needs to be carried.
        var flow = ExecutionContext.SuppressFlow();
        try
        {
            var world = new World(loop, trace, dice, mutation);
            Play(world, records);
            return Result(world, seed, records);
        }
        finally
        {
            flow.Undo();
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    // Half of the runs cross the end of a month, where meters change streams.
    private static DateTimeOffset StartOf(Dice dice) =>
        new DateTimeOffset(2026, 1 + dice.Below(12), 1, 0, 0, 0, TimeSpan.Zero)
            .AddMinutes(dice.Chance(0.5) ? -dice.Below(120) : dice.Below(40_000));

    private static Outcome Result(World world, int seed, int records)
    {
        if (world.Loop.Failure is { } failure) world.Oracle.Violated($"threw {failure}");
        return new Outcome(
            seed, records, world.Oracle.Violations, world.Trace.Hash, world.Faults.Occurred, world.Oracle.Counted.Count, world.Oracle.Answers.Told,
            world.Loop.Steps);
    }

    private static void Play(World world, int records)
    {
        var workload = new Workload(world.Dice, world.Faults);
        var sources = Enumerable.Range(0, Sources).Select(n => new Source(world, workload, n)).ToArray();
        for (var n = 0; n < Sources; n++)
        {
            var (source, share) = (sources[n], (records / Sources) + (n < records % Sources ? 1 : 0));
            world.Loop.Start(() => source.RunAsync(share));
        }

        Until(world, () => Array.TrueForAll(sources, s => s.IsDone));
        world.Faults.Active = false;
        world.PoisonIsMended = true;
        do
        {
            world.Broker.ReplayDeadLetters();
            Until(world, () => world.Broker.IsEmpty && world.Hosts.All(h => h.IsIdle));
        }
        while (Goes(world) && world.Broker.DeadLetters.Count > 0);

        var swept = world.Loop.Now + (3 * Sizes.BudgetSweep);
        Until(world, () => world.Loop.Now > swept);
        world.IsDone = true;
        Until(world, () => false);
        if (Goes(world)) world.Audit.CheckAtRest();
    }

    private static bool Goes(World world) => world.Loop.Failure is null && world.Oracle.Violations.Count == 0;

    private static void Until(World world, Func<bool> reached)
    {
        while (Goes(world) && !reached() && world.Loop.Step())
        {
            if (world.Loop.Steps > MaxSteps) world.Oracle.Violated($"not at rest after {MaxSteps} steps");
        }
    }
}
