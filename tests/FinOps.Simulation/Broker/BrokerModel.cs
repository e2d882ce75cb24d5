using FinOps.Simulation.Time;

namespace FinOps.Simulation.Broker;

/// <summary>
/// A durable queue that delivers at least once: in almost any order, again when a connection ends, and to the dead letters when a message
/// came back too often.
/// </summary>
internal sealed class BrokerModel(World world)
{
    private readonly List<Message> ready = [];
    private readonly List<Connection> connections = [];
    private bool isAway;

    /// <summary>What killed its readers, or what they gave up on.</summary>
    public List<Message> DeadLetters { get; } = [];

    public bool IsEmpty => ready.Count == 0 && connections.TrueForAll(c => c.Unacknowledged.Count == 0);

    public void Publish(Message message, Promise<bool> confirm)
    {
        if (isAway) return;
        ready.Add(message);
        if (!world.Faults.Strike(Fault.ConfirmLost, 0.02)) world.Loop.After(world.Dice.Hop(), () => confirm.Keep(true));
        Deliver();
    }

    public void Connect(Connection connection)
    {
        if (isAway)
        {
            connection.End();
            return;
        }

        connections.Add(connection);
        Deliver();
    }

    public void Acknowledge(Message message, Connection connection)
    {
        // Late, from a connection that has ended: the message is somebody else's by now.
        if (!connection.IsOpen || message.Holder != connection) return;
        Release(message);
        Deliver();
    }

    /// <summary>The bus gave up on it, and has put it into its error queue.</summary>
    public void GiveUp(Message message, Connection connection)
    {
        if (!connection.IsOpen || message.Holder != connection) return;
        world.Faults.Count(Fault.RetriesExhausted);
        Release(message);
        DeadLetters.Add(message);
        Deliver();
    }

    public void End(Connection connection)
    {
        if (!connection.IsOpen) return;
        connections.Remove(connection);
        connection.End();
        foreach (var message in connection.Unacknowledged)
        {
            message.Holder = null;
            Return(message);
        }

        connection.Unacknowledged.Clear();
        Deliver();
    }

    /// <summary>Messages are on disk; connections are not.</summary>
    public void Kill(TimeSpan away)
    {
        foreach (var connection in connections.ToArray()) End(connection);
        isAway = true;
        world.Loop.After(away, () => isAway = false);
    }

    /// <summary>Once the cause is mended, what was set aside is sent again.</summary>
    public void ReplayDeadLetters()
    {
        foreach (var message in DeadLetters)
        {
            world.Faults.Count(Fault.DeadLetterReplayed);
            ready.Add(new Message(message.Batch, receipt: null));
        }

        DeadLetters.Clear();
        Deliver();
    }

    private void Deliver()
    {
        while (!isAway && ready.Count > 0 && Free() is { } connection)
        {
            var at = world.Faults.Strike(Fault.Reordered, 0.2) ? world.Dice.Below(Math.Min(ready.Count, 6)) : 0;
            var message = ready[at];
            ready.RemoveAt(at);
            if (message.Returns > 0) world.Faults.Count(Fault.Redelivered);
            message.Holder = connection;
            connection.Unacknowledged.Add(message);
            world.Loop.After(world.Dice.Hop(), () => connection.Host.Take(message, connection));
            // A second consumer may get what the first has not lost yet.
            if (connections.Count > 1 && world.Faults.Strike(Fault.DeliveredTwice, 0.01))
            {
                var other = world.Dice.Of(connections);
                world.Loop.After(world.Dice.Milliseconds(1, 50), () => other.Host.Take(message, other));
            }
        }
    }

    private Connection? Free()
    {
        if (connections.Count == 0) return null;
        var first = world.Dice.Below(connections.Count);
        for (var i = 0; i < connections.Count; i++)
        {
            var connection = connections[(first + i) % connections.Count];
            if (connection.Unacknowledged.Count < Sizes.Prefetch) return connection;
        }

        return null;
    }

    private static void Release(Message message)
    {
        message.Holder!.Unacknowledged.Remove(message);
        message.Holder = null;
    }

    private void Return(Message message)
    {
        if (++message.Returns <= Sizes.Deliveries)
        {
            ready.Insert(0, message);
            return;
        }

        world.Faults.Count(Fault.DeliveryLimitReached);
        DeadLetters.Add(message);
    }
}
