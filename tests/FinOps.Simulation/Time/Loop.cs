using FinOps.Domain.Values;

namespace FinOps.Simulation.Time;

/// <summary>
/// Virtual time on one thread: what is due runs in order of its instant, then of its asking. It is also where awaits continue, so that
/// models read as the platform does and still run the same way each time.
/// </summary>
internal sealed class Loop(DateTimeOffset start, Trace trace) : SynchronizationContext
{
    private readonly PriorityQueue<Action, (long At, long Order)> due = new();
    private long order;

    public DateTimeOffset Now { get; private set; } = start;

    public long Steps { get; private set; }

    /// <summary>What a model threw; it ends the run.</summary>
    public Exception? Failure { get; private set; }

    public void After(TimeSpan delay, Action action) => due.Enqueue(action, (Now.Ticks + delay.Ticks, ++order));

    public override void Post(SendOrPostCallback d, object? state) => After(TimeSpan.Zero, () => d(state));

    /// <summary>Starts work that nobody awaits; its failure is not lost.</summary>
    public async void Start(Func<Task> work)
    {
        // Without it awaits would go on in the thread pool, at any time and in any order.
        Invariant.Require(Current == this, "the simulation runs in its own loop");
        try
        {
            await work();
        }
        catch (Exception e)
        {
            Failure ??= e;
        }
    }

    /// <returns>False when nothing is due any more.</returns>
    public bool Step()
    {
        if (!due.TryDequeue(out var action, out var at)) return false;
        Now = new DateTimeOffset(at.At, TimeSpan.Zero);
        Steps++;
        trace.Mix(at.At);
        trace.Mix(at.Order);
        try
        {
            action();
        }
        catch (Exception e)
        {
            Failure ??= e;
        }

        return true;
    }
}
