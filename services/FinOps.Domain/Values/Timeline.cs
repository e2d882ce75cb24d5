namespace FinOps.Domain.Values;

/// <summary>What holds from a quarter-hour on, until the next entry. Of two with one start, the one given later replaces.</summary>
public sealed class Timeline<T>
    where T : class
{
    private readonly QuarterHour[] starts;
    private readonly T[] values;

    /// <param name="entries">In the order of their recording: newest last.</param>
    public Timeline(IEnumerable<(QuarterHour From, T Value)> entries)
    {
        var sorted = new SortedDictionary<QuarterHour, T>();
        foreach (var (from, value) in entries) sorted[from] = value;
        starts = [.. sorted.Keys];
        values = [.. sorted.Values];
    }

    /// <summary>By start.</summary>
    public IReadOnlyList<T> Values => values;

    /// <returns>What holds in the slot; null before the first entry.</returns>
    public T? At(QuarterHour slot)
    {
        var found = Array.BinarySearch(starts, slot);
        var index = found >= 0 ? found : ~found - 1;
        return index < 0 ? null : values[index];
    }

    /// <summary>The stretches between two slots in which one entry holds.</summary>
    /// <param name="first">The first slot.</param>
    /// <param name="end">The slot after the last one.</param>
    public IEnumerable<(QuarterHour First, QuarterHour End, T Value)> Between(QuarterHour first, QuarterHour end)
    {
        for (var i = 0; i < starts.Length; i++)
        {
            var from = starts[i] > first ? starts[i] : first;
            var to = i + 1 < starts.Length && starts[i + 1] < end ? starts[i + 1] : end;
            if (from < to) yield return (from, to, values[i]);
        }
    }
}
