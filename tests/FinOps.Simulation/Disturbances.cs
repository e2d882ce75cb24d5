namespace FinOps.Simulation;

/// <summary>What befalls whole processes and servers, shortly after something was sent: in quiet hours nobody would notice.</summary>
internal sealed class Disturbances(World world)
{
    public void Maybe()
    {
        if (world.Faults.Strike(Fault.HostKilled, 0.04)) Soon(() => world.Dice.Of(world.Hosts).Kill());
        if (world.Faults.Strike(Fault.BrokerKilled, 0.015)) Soon(() => world.Broker.Kill(world.Dice.Seconds(1, 60)));
        if (world.Faults.Strike(Fault.ConnectionDropped, 0.05)) Soon(() => world.Dice.Of(world.Hosts).DropConnection());
        if (world.Faults.Strike(Fault.DatabaseKilled, 0.02)) Soon(() => world.Database.Kill(world.Dice.Seconds(1, 15)));
        if (world.Faults.Strike(Fault.DatabaseAway, 0.01)) Soon(() => world.Database.Kill(world.Dice.Seconds(60, 600)));
        if (world.Faults.Strike(Fault.TwoActivations, 0.15))
            Soon(() => world.Directory.Split(world.Dice.Of(world.Hosts), world.Dice.Seconds(5, 300)));
    }

    private void Soon(Action action) => world.Loop.After(world.Dice.Milliseconds(0, 250), () =>
    {
        if (world.Faults.Active) action();
    });
}
