namespace FinOps.Simulation.Time;

/// <summary>All chance of a run, from its seed.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    public bool Chance(double probability) => random.NextDouble() < probability;

    /// <returns>From 0 to below <paramref name="end"/>.</returns>
    public int Below(int end) => random.Next(end);

    public long Between(long first, long last) => random.NextInt64(first, last + 1);

    public T Of<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public TimeSpan Milliseconds(int first, int last) => TimeSpan.FromMilliseconds(random.Next(first, last + 1));

    public TimeSpan Seconds(int first, int last) => TimeSpan.FromMilliseconds(random.Next(first * 1000, last * 1000 + 1));

    /// <summary>A short way over the network; now and then a long one.</summary>
    public TimeSpan Hop() => Milliseconds(1, Chance(0.02) ? 400 : 8);
}
