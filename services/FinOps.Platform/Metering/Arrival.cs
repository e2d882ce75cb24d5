namespace FinOps.Platform.Metering;

/// <summary>That a meter in this process has taken a batch, and its lane has what there is of it.</summary>
/// <param name="turn">Ends for this meter with it; null where no lane waits for it.</param>
internal sealed class Arrival(MeterTurn? turn)
{
    private int happened;

    public bool Happened => Volatile.Read(ref happened) == 1;

    /// <summary>Telling it again changes nothing.</summary>
    public void Tell()
    {
        if (Interlocked.Exchange(ref happened, 1) == 0) turn?.EndOne();
    }
}
