namespace FinOps.Chaos.Platform;

/// <summary>Awaits what other processes do, by asking.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Pause);
        while (!await holds()) await timer.WaitForNextTickAsync(stop);
    }

    public static Task UntilAsync(Func<bool> holds, CancellationToken stop) => UntilAsync(() => Task.FromResult(holds()), stop);
}
