using FinOps.Domain.Metering;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Store;

/// <summary>A transaction at the server: what it holds until it ends.</summary>
internal sealed class Transaction(Life owner)
{
    private readonly TaskCompletionSource ended = new();

    public Life Owner { get; } = owner;

    public bool IsOpen { get; private set; } = true;

    public Task Ended => ended.Task;

    public List<string> LockedStreams { get; } = [];

    public List<string> CreatedStreams { get; } = [];

    public Dictionary<RecordKey, long> ClaimedKeys { get; } = [];

    public LedgerWrite? Write { get; set; }

    public void End()
    {
        IsOpen = false;
        ended.TrySetResult();
    }
}

/// <summary>Who holds what. One waits for the holder's end, whatever it is.</summary>
internal sealed class Locks<T>
    where T : notnull
{
    private readonly Dictionary<T, Transaction> holders = [];

    /// <returns>False when the transaction ended while it waited.</returns>
    public async Task<bool> WaitAsync(T thing, Transaction transaction)
    {
        while (holders.TryGetValue(thing, out var holder) && holder != transaction) await holder.Ended;
        return transaction.IsOpen;
    }

    public void Take(T thing, Transaction transaction) => holders[thing] = transaction;

    public void Release(IEnumerable<T> things)
    {
        foreach (var thing in things) holders.Remove(thing);
    }
}
