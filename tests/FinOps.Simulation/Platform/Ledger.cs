using FinOps.Domain.Metering;

namespace FinOps.Simulation.Platform;

/// <summary>
/// What waits for the lanes of a host, in the order in which it came. A lane takes all that no other lane is writing; what it must leave goes
/// first next time. A lane that idles starts whenever there is something for it.
/// </summary>
internal sealed class Ledger
{
    private readonly World world;
    private readonly IReadOnlyList<Lane> lanes;
    private Queue<Flush> waiting = new();

    /// <param name="world">Where it stands.</param>
    /// <param name="host">Whose it is.</param>
    /// <param name="firstLane">Lanes are numbered through all hosts.</param>
    public Ledger(World world, Host host, int firstLane)
    {
        this.world = world;
        lanes = [.. Enumerable.Range(firstLane, Sizes.Lanes).Select(lane => new Lane(world, host, this, lane))];
    }

    public bool IsIdle => waiting.Count == 0 && lanes.All(l => l.IsIdle);

    public Task<FlushResult> CommitAsync(Flush flush)
    {
        waiting.Enqueue(flush);
        Wake();
        return flush.Result;
    }

    /// <returns>What the lane is to commit; it holds these meters until it releases them.</returns>
    public List<Flush> Take(Lane lane)
    {
        var busy = new List<Flush>();
        var group = Gather.UpTo<Flush>(Sizes.RecordsPerCommit, TryNext, f => f.Records.Count);
        if (busy.Count > 0) waiting = new Queue<Flush>(busy.Concat(waiting));
        return group;

        bool TryNext(out Flush flush)
        {
            while (waiting.TryDequeue(out flush!))
            {
                if ((flush.Belief.WrittenBy ??= lane) == lane) return true;
                world.Faults.Count(Fault.LeftToAnotherLane);
                busy.Add(flush);
            }

            return false;
        }
    }

    public void Release(List<Flush> taken)
    {
        foreach (var flush in taken) flush.Belief.WrittenBy = null;
        Wake();
    }

    private void Wake()
    {
        foreach (var lane in lanes.Where(l => l.IsIdle)) world.Loop.Start(lane.RunAsync);
    }
}
