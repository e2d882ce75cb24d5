using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Simulation.Platform;

/// <summary>
/// An activation of a meter: hands each batch to the ledger as it comes, reads its streams once for all that wait when nothing is believed of
/// them, and hands in again what was not written for that.
/// </summary>
internal sealed class Grain(World world, Host host, Meter meter)
{
    private readonly Belief belief = new(world);
    private Task<bool>? reading;
    private int recordsWaiting;

    public bool IsIdle => recordsWaiting == 0;

    public void Record(Pending[] records, Action<IReadOnlyList<RecordOutcome>?> answer)
    {
        if (recordsWaiting + records.Length > Sizes.RecordsWaitingPerMeter && recordsWaiting > 0)
        {
            world.Faults.Count(Fault.MeterOverloaded);
            answer(null);
            return;
        }

        foreach (var pending in records) Invariant.Require(pending.Record.Meter == meter, "a meter records its own usage only");
        world.Loop.Start(() => RecordAsync(records, answer));
    }

    private async Task RecordAsync(Pending[] records, Action<IReadOnlyList<RecordOutcome>?> answer)
    {
        recordsWaiting += records.Length;
        var outcomes = await CommitAsync(records);
        recordsWaiting -= records.Length;
        answer(outcomes);
        // Whatever still waits: who found it awake may come to it when it sleeps already, beside the next activation.
        if (world.Faults.Strike(Fault.GrainDeactivated, 0.02)) host.Sleep(meter, this);
    }

    private async Task<IReadOnlyList<RecordOutcome>?> CommitAsync(Pending[] records)
    {
        for (var attempt = 1; attempt <= Sizes.StaleMeterAttempts; attempt++)
        {
            if (belief.State is null && !await (reading ??= ReadAsync())) return null;
            switch (await host.Ledger.CommitAsync(new Flush(host.Life, meter, records, belief)))
            {
                case FlushResult.Committed committed:
                    return committed.Outcomes;
                case FlushResult.Stale:
                    world.Faults.Count(Fault.StaleFlush);
                    break;
                case FlushResult.Unread:
                    world.Faults.Count(Fault.UnreadFlush);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    /// <returns>False when the database did not answer.</returns>
    private async Task<bool> ReadAsync()
    {
        var read = await world.Database.ReadMeterAsync(host.Life, meter);
        reading = null;
        if (read is null) return false;
        belief.Learn(read);
        return true;
    }
}
