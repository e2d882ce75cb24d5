namespace FinOps.Platform.Metering;

/// <summary>
/// The time between two commits of a lane, in which the meters of the first hand in what has waited for it. Without it a busy meter misses
/// every second commit, because the lane gathers the next group before the meter has heard of the last. The same before a commit, for meters
/// that the door is about to call.
/// </summary>
internal sealed class MeterTurn
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left;

    public MeterTurn(int meters)
    {
        left = meters;
        if (meters == 0) ended.SetResult();
    }

    /// <summary>Ends when each meter has had its turn.</summary>
    public Task Ended => ended.Task;

    public void EndOne()
    {
        if (Interlocked.Decrement(ref left) == 0) ended.TrySetResult();
    }
}
