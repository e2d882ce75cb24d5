using FinOps.Simulation.Broker;

namespace FinOps.Simulation.Platform;

/// <summary>Usage from the broker: tried again in place while the books cannot be written, acknowledged after commit and receipt.</summary>
internal sealed class Consumer(World world, Host host, RecordUsage recordUsage)
{
    public async Task TakeAsync(Message message, Connection connection)
    {
        var life = host.Life;
        if (message.Batch.IsPoison && !world.PoisonIsMended)
        {
            host.Kill();
            return;
        }

        for (var attempt = 1; !await recordUsage.RecordAsync(message.Batch); attempt++)
        {
            if (attempt == Sizes.ConsumerRetries)
            {
                world.Broker.GiveUp(message, connection);
                return;
            }

            await life.Pause(TimeSpan.FromSeconds(Math.Min(1 << attempt, 60)));
        }

        await host.MayDie(Fault.HostKilledBeforeReceipt, 0.01);
        if (message.Receipt is { } receipt && !world.Faults.Strike(Fault.ReceiptLost, 0.03))
            world.Loop.After(world.Dice.Hop(), () => receipt.Keep(true));
        await host.MayDie(Fault.HostKilledBeforeAcknowledgement, 0.01);
        world.Loop.After(world.Dice.Hop(), () => world.Broker.Acknowledge(message, connection));
    }
}
