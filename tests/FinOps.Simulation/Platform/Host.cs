using FinOps.Domain.Values;
using FinOps.Simulation.Broker;
using FinOps.Simulation.Load;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Platform;

/// <summary>A process of the platform with all roles. When it is killed, all that it holds is gone.</summary>
internal sealed class Host
{
    private readonly World world;
    private readonly int number;
    private readonly TimeSpan skew;
    private Connection connection = null!;
    private RecordUsage recordUsage = null!;

    public Host(World world, int number)
    {
        (this.world, this.number) = (world, number);
        skew = world.Dice.Seconds(-20, 20);
        Start();
    }

    public Life Life { get; private set; } = null!;

    public Dictionary<Meter, Grain> Grains { get; private set; } = null!;

    public Ledger Ledger { get; private set; } = null!;

    public Doorway Doorway { get; private set; } = null!;

    public BudgetDesk Budgets { get; private set; } = null!;

    public DateTimeOffset Clock => world.Loop.Now + skew;

    public bool IsIdle => Life.Over || (Grains.Values.All(g => g.IsIdle) && Ledger.IsIdle && Budgets.IsIdle);

    public Grain Activate(Meter meter) => new(world, this, meter);

    /// <summary>Changes nothing where another activation has woken since.</summary>
    public void Sleep(Meter meter, Grain grain)
    {
        if (Grains.GetValueOrDefault(meter) == grain) Grains.Remove(meter);
    }

    /// <summary>From the broker.</summary>
    public void Take(Message message, Connection from)
    {
        if (from.IsOpen && !from.Life.Over) world.Loop.Start(() => new Consumer(world, this, recordUsage).TakeAsync(message, from));
    }

    /// <summary>From the HTTP door.</summary>
    public void Post(Batch batch, Promise<bool> answer)
    {
        if (Life.Over) world.Loop.After(world.Dice.Hop(), () => answer.Keep(false));
        else world.Loop.Start(() => new HttpDoor(world, this, recordUsage).PostAsync(batch, answer));
    }

    /// <summary>Dies here with some probability; then what follows the await never runs.</summary>
    public Task MayDie(Fault fault, double probability)
    {
        if (!world.Faults.Strike(fault, probability)) return Task.CompletedTask;
        Kill();
        return Life.Never;
    }

    public void Kill()
    {
        if (Life.Over) return;
        var (dead, lost) = (Life, connection);
        dead.End();
        world.Directory.Forget(this);
        // Servers notice a dead peer after a while, and its locks are held that long.
        world.Loop.After(world.Dice.Milliseconds(1, 3_000), () => world.Broker.End(lost));
        world.Loop.After(world.Dice.Milliseconds(1, 3_000), () => world.Database.Lost(dead));
        world.Loop.After(world.Dice.Seconds(1, 20), Start);
    }

    public void DropConnection() => world.Broker.End(connection);

    private void Start()
    {
        Life = new Life(world.Loop);
        Grains = [];
        Ledger = new Ledger(world, this, number * Sizes.Lanes);
        Budgets = new BudgetDesk(world, this);
        Doorway = new Doorway(world, this);
        recordUsage = new RecordUsage(world, this);
        Connect(Life);
        world.Loop.Start(Budgets.SweepAsync);
    }

    private void Connect(Life life)
    {
        if (life.Over) return;
        connection = new Connection(this, life, () => world.Loop.After(world.Dice.Milliseconds(100, 2_000), () => Connect(life)));
        world.Broker.Connect(connection);
    }
}
