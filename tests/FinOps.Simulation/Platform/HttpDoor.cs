using FinOps.Simulation.Load;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Platform;

/// <summary>Usage over HTTP: an answer after the commit, or the word to try again.</summary>
internal sealed class HttpDoor(World world, Host host, RecordUsage recordUsage)
{
    public async Task PostAsync(Batch batch, Promise<bool> answer)
    {
        var recorded = await recordUsage.RecordAsync(batch);
        await host.MayDie(Fault.HostKilledBeforeReceipt, 0.01);
        if (!world.Faults.Strike(Fault.ResponseLost, 0.03)) world.Loop.After(world.Dice.Hop(), () => answer.Keep(recorded));
    }
}
