using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Store;

namespace FinOps.Simulation.Platform;

/// <summary>
/// An activation of a meter: buffers what comes, flushes one group at a time with the stream versions that it believes in, reads again what
/// it did not know, and forgets everything after a failure.
/// </summary>
internal sealed class Grain(World world, Host host, Meter meter)
{
    private readonly Queue<Waiting> buffer = new();
    private int recordsWaiting;
    private bool flushing;
    private StreamState? state;

    public bool IsIdle => !flushing && buffer.Count == 0;

    public void Record(Pending[] records, Action<IReadOnlyList<RecordOutcome>?> answer)
    {
        if (recordsWaiting + records.Length > Sizes.RecordsWaitingPerMeter && recordsWaiting > 0)
        {
            world.Faults.Count(Fault.MeterOverloaded);
            answer(null);
            return;
        }

        foreach (var pending in records) Invariant.Require(pending.Record.Meter == meter, "a meter records its own usage only");
        buffer.Enqueue(new Waiting(records, answer));
        recordsWaiting += records.Length;
        if (!flushing) world.Loop.Start(FlushAllAsync);
    }

    private async Task FlushAllAsync()
    {
        flushing = true;
        while (buffer.Count > 0)
        {
            var group = Gather.UpTo<Waiting>(Sizes.RecordsPerCommit, buffer.TryDequeue, w => w.Records.Length);
            recordsWaiting -= group.Sum(w => w.Records.Length);
            var outcomes = await CommitAsync([.. group.SelectMany(w => w.Records)]);
            if (outcomes is null) state = null;
            Answer(group, outcomes);
        }

        flushing = false;
        if (world.Faults.Strike(Fault.GrainDeactivated, 0.02)) host.Grains.Remove(meter);
    }

    private async Task<IReadOnlyList<RecordOutcome>?> CommitAsync(Pending[] records)
    {
        for (var attempt = 1; attempt <= Sizes.StaleMeterAttempts; attempt++)
        {
            state ??= await world.Database.ReadMeterAsync(host.Life, meter);
            if (state is null) return null;
            switch (await host.LaneOf(meter).CommitAsync(new Flush(host.Life, meter, records, state.Versions)))
            {
                case FlushResult.Committed committed:
                    state = state.After(committed.Streams);
                    world.Oracle.Believed(state, committed.Streams.Keys);
                    return committed.Outcomes;
                case FlushResult.Stale:
                    world.Faults.Count(Fault.StaleFlush);
                    state = null;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private static void Answer(List<Waiting> group, IReadOnlyList<RecordOutcome>? outcomes)
    {
        var next = 0;
        foreach (var (records, answer) in group)
        {
            answer(outcomes?.Skip(next).Take(records.Length).ToArray());
            next += records.Length;
        }
    }

    private readonly record struct Waiting(Pending[] Records, Action<IReadOnlyList<RecordOutcome>?> Answer);
}
