using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Platform;

/// <summary>
/// Where grains are, as the cluster believes: mostly one host for each; for a host that is cut off from the others, always itself, so that a
/// meter has two activations.
/// </summary>
internal sealed class GrainDirectory(World world)
{
    private readonly Dictionary<Meter, Host> places = [];
    private readonly HashSet<Host> split = [];

    public void Split(Host host, TimeSpan length)
    {
        split.Add(host);
        world.Loop.After(length, () => split.Remove(host));
    }

    public void Forget(Host dead)
    {
        split.Remove(dead);
        foreach (var meter in places.Where(p => p.Value == dead).Select(p => p.Key).ToArray()) places.Remove(meter);
    }

    /// <summary>Straight to the meter where it is awake in the caller's process; else wherever it is or wakes.</summary>
    /// <returns>Null: no answer in time, or the meter refused. What the caller cannot know is whether anything was written.</returns>
    public Task<IReadOnlyList<RecordOutcome>?> CallAsync(Host caller, Meter meter, Pending[] records)
    {
        var answer = new Promise<IReadOnlyList<RecordOutcome>?>(caller.Life);
        if (caller.Grains.TryGetValue(meter, out var here))
        {
            here.Record(records, answer.Keep);
            return answer.Task;
        }

        world.Loop.After(Sizes.CallPatience, () => answer.Keep(null));
        var target = Place(caller, meter);
        if (!world.Faults.Strike(Fault.CallLost, 0.005))
            world.Loop.After(Way(caller, target), () => Arrive(target, meter, records, Return));
        return answer.Task;

        void Return(IReadOnlyList<RecordOutcome>? outcomes)
        {
            if (world.Faults.Strike(Fault.AnswerLost, 0.005)) return;
            var late = world.Faults.Strike(Fault.AnswerTooLate, 0.003) ? Sizes.CallPatience : TimeSpan.Zero;
            world.Loop.After(late + Way(caller, target), () => answer.Keep(outcomes));
        }
    }

    private static void Arrive(Host target, Meter meter, Pending[] records, Action<IReadOnlyList<RecordOutcome>?> answer)
    {
        if (target.Life.Over)
        {
            answer(null);
            return;
        }

        if (!target.Grains.TryGetValue(meter, out var grain)) target.Grains.Add(meter, grain = target.Activate(meter));
        grain.Record(records, answer);
    }

    private Host Place(Host caller, Meter meter)
    {
        if (split.Contains(caller)) return caller;
        if (places.TryGetValue(meter, out var place)) return place;
        return places[meter] = world.Dice.Chance(0.5) ? caller : world.Dice.Of(world.Hosts);
    }

    private TimeSpan Way(Host caller, Host target) => caller == target ? TimeSpan.Zero : world.Dice.Hop();
}
