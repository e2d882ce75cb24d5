using FinOps.Simulation.Store;

namespace FinOps.Simulation.Platform;

/// <summary>
/// What one activation of a meter believes of its streams: what was read, then what its commits made of it. One lane at a time changes it, and
/// the database decides whether it is true.
/// </summary>
internal sealed class Belief(World world)
{
    private Growth? taken;

    /// <summary>Null where it must be read.</summary>
    public StreamState? State { get; private set; }

    /// <summary>The lane that writes the meter now.</summary>
    public Lane? WrittenBy { get; set; }

    /// <summary>What was read counts only where nothing is believed yet.</summary>
    public void Learn(StreamState read) => State ??= read;

    public void Take(FlushResult result)
    {
        if (result is not FlushResult.Committed { Growth: { IsShared: false } growth })
        {
            State = null;
            return;
        }

        // Several flushes of one commit tell of the same growth.
        if (ReferenceEquals(growth, taken)) return;
        taken = growth;
        State = State?.After(growth.Streams);
        if (State is not null) world.Oracle.Believed(State, growth.Streams.Keys);
    }
}
