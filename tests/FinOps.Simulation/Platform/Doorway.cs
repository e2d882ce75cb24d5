using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Platform;

/// <summary>
/// The way of batches of one record. A meter that is awake in this process takes its record at once. The others are gathered: what comes while
/// some are being counted goes to the meters together, with one call per meter. Each has an outcome of its own.
/// </summary>
internal sealed class Doorway(World world, Host host)
{
    private readonly Queue<Waiting> arrived = new();
    private bool running;

    /// <returns>Null when it must be tried again.</returns>
    public Task<RecordOutcome?> CountAsync(Pending pending)
    {
        var outcome = new Promise<RecordOutcome?>(host.Life);
        if (host.Grains.TryGetValue(pending.Record.Meter, out var here))
        {
            world.Loop.After(Sizes.CallPatience, () => outcome.Keep(null));
            here.Record([pending], outcomes => outcome.Keep(outcomes?[0]));
            return outcome.Task;
        }

        arrived.Enqueue(new Waiting(pending, outcome));
        if (!running) world.Loop.Start(RunAsync);
        return outcome.Task;
    }

    private async Task RunAsync()
    {
        running = true;
        var later = new List<Waiting>();
        while (Next(ref later) is { Count: > 0 } gathering)
        {
            if (gathering.Count > 1) world.Faults.Count(Fault.GatheredAtTheDoor);
            var calls = gathering.GroupBy(w => w.Pending.Record.Meter).Select(m => CallAsync(m.Key, [.. m])).ToArray();
            // Beyond that a meter that is slow keeps its own callers waiting and nobody else.
            await Task.WhenAny(Task.WhenAll(calls), host.Life.Pause(Sizes.DoorwayPatience));
        }

        running = false;
    }

    /// <summary>Of one identity only the first, because two meters do not keep an order between them.</summary>
    private List<Waiting> Next(ref List<Waiting> later)
    {
        later.AddRange(Gather.UpTo<Waiting>(Sizes.RecordsPerCommit, arrived.TryDequeue, _ => 1));
        var rounds = Rounds.Of(later, w => w.Pending.Digest.Key).ToList();
        later = [.. rounds.Skip(1).SelectMany(r => r)];
        return rounds is [var first, ..] ? first : [];
    }

    private async Task CallAsync(Meter meter, Waiting[] waiting)
    {
        var outcomes = await world.Directory.CallAsync(host, meter, Array.ConvertAll(waiting, w => w.Pending));
        // The wrong caller is told what became of another's record.
        var shift = world.Mutation == Mutation.AnswersMixedUpAtTheDoor ? 1 : 0;
        for (var i = 0; i < waiting.Length; i++) waiting[i].Outcome.Keep(outcomes?[(i + shift) % waiting.Length]);
    }

    private sealed record Waiting(Pending Pending, Promise<RecordOutcome?> Outcome);
}
