namespace FinOps.Platform.Tests.Fixtures;

/// <summary>
/// Awaits a condition of another process or thread, by asking it; fails with what was seen last. Its patience is no measure of speed: a
/// machine may stall for a minute, and only what never comes is a failure.
/// </summary>
public static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>For what can be seen without asking anybody.</summary>
    public static Task SeeAsync(Func<bool> holds) => SeeAsync(() => Task.FromResult(holds()), held => held);

    public static async Task<T> SeeAsync<T>(Func<Task<T>> look, Func<T, bool> isIt)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = new CancellationTokenSource(Patience);
        var seen = await look();
        while (!isIt(seen))
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"Not seen within {Patience}; last was {(seen is IEnumerable<string> rows ? string.Join(" | ", rows) : seen)}. The hosts' last words:\n{HostsLog.Tail}");
            await timer.WaitForNextTickAsync();
            seen = await look();
        }

        return seen;
    }
}
