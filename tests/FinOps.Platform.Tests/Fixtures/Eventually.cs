namespace FinOps.Platform.Tests.Fixtures;

/// <summary>Awaits a condition of another process or thread, by asking it; fails with what was seen last.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>For what can be seen without asking anybody.</summary>
    public static Task SeeAsync(Func<bool> holds) => SeeAsync(() => Task.FromResult(holds()), held => held);

    public static async Task<T> SeeAsync<T>(Func<Task<T>> look, Func<T, bool> isIt)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = new CancellationTokenSource(Patience);
        var seen = await look();
        while (!isIt(seen))
        {
            if (patience.IsCancellationRequested) Assert.Fail($"Not seen within {Patience}; last was {(seen is IEnumerable<string> rows ? string.Join(" | ", rows) : seen)}.");
            await timer.WaitForNextTickAsync();
            seen = await look();
        }

        return seen;
    }
}
