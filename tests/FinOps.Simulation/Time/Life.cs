namespace FinOps.Simulation.Time;

/// <summary>One run of a process, from its start to its death. What it awaits comes to it only while it lives: memory goes with it.</summary>
internal sealed class Life(Loop loop)
{
    public bool Over { get; private set; }

    public void End() => Over = true;

    public Task Pause(TimeSpan length)
    {
        var promise = new Promise<bool>(this);
        loop.After(length, () => promise.Keep(true));
        return promise.Task;
    }

    /// <summary>What a dead process awaits. Of each its own: what one task of all held would stay in memory, run after run.</summary>
    public Task Never { get; } = new TaskCompletionSource().Task;
}

/// <summary>An answer on its way to a process. The first one counts; to a dead process none arrives.</summary>
internal sealed class Promise<T>(Life life)
{
    private readonly TaskCompletionSource<T> source = new();

    public Task<T> Task => source.Task;

    public void Keep(T value)
    {
        if (!life.Over) source.TrySetResult(value);
    }
}
