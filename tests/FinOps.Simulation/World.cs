using FinOps.Simulation.Broker;
using FinOps.Simulation.Platform;
using FinOps.Simulation.Store;
using FinOps.Simulation.Time;
using FinOps.Simulation.Truth;

namespace FinOps.Simulation;

/// <summary>Everything there is in one run.</summary>
internal sealed class World
{
    public World(Loop loop, Trace trace, Dice dice, Mutation mutation)
    {
        (Loop, Trace, Dice, Mutation) = (loop, trace, dice, mutation);
        Faults = new Faults(Dice);
        Oracle = new Oracle(this);
        Audit = new Audit(this);
        Books = new Books(this);
        Database = new Database(this);
        Broker = new BrokerModel(this);
        Directory = new GrainDirectory(this);
        Disturbances = new Disturbances(this);
        Hosts = [.. Enumerable.Range(0, Sizes.Hosts).Select(n => new Host(this, n))];
    }

    public Mutation Mutation { get; }

    public Dice Dice { get; }

    public Trace Trace { get; }

    public Loop Loop { get; }

    public Faults Faults { get; }

    public Oracle Oracle { get; }

    public Audit Audit { get; }

    public Books Books { get; }

    public Database Database { get; }

    public BrokerModel Broker { get; }

    public GrainDirectory Directory { get; }

    public Disturbances Disturbances { get; }

    public IReadOnlyList<Host> Hosts { get; }

    /// <summary>Whether what killed its readers has been mended.</summary>
    public bool PoisonIsMended { get; set; }

    /// <summary>Whether all is said and done, so that nothing recurs any more.</summary>
    public bool IsDone { get; set; }
}
