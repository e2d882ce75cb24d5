using FinOps.Simulation.Load;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Broker;

/// <summary>A message in the queue.</summary>
internal sealed class Message(Batch batch, Promise<bool>? receipt)
{
    public Batch Batch { get; } = batch;

    /// <summary>Where the sender waits for the verdicts; null when nobody waits any more.</summary>
    public Promise<bool>? Receipt { get; } = receipt;

    /// <summary>Times that it came back.</summary>
    public int Returns { get; set; }

    /// <summary>Who has it unacknowledged.</summary>
    public Connection? Holder { get; set; }
}

/// <summary>A consumer's connection. What it holds unacknowledged goes back when it ends.</summary>
internal sealed class Connection(Platform.Host host, Life life, Action ended)
{
    public Platform.Host Host { get; } = host;

    public Life Life { get; } = life;

    public bool IsOpen { get; private set; } = true;

    public List<Message> Unacknowledged { get; } = [];

    /// <summary>The host connects again by itself.</summary>
    public void End()
    {
        IsOpen = false;
        ended();
    }
}
