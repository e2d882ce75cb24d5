using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>The hours, days or months of a report, as boundaries between quarter-hours; which those are, a caller knows.</summary>
public sealed class TimeBuckets
{
    /// <summary>No time dimension: one bucket for all.</summary>
    public static readonly TimeBuckets None = new([]);

    /// <summary>The bucket where none was asked for.</summary>
    public const int NoBucket = -1;

    private readonly int[] starts;

    /// <param name="starts">First slots, rising; the first one not after the window's.</param>
    public TimeBuckets(IReadOnlyList<QuarterHour> starts)
    {
        this.starts = [.. starts.Select(s => s.Index)];
        for (var i = 1; i < this.starts.Length; i++) Invariant.Require(this.starts[i] > this.starts[i - 1], "time buckets rise");
    }

    /// <summary>None where time was not asked for.</summary>
    public int Count => starts.Length;

    public QuarterHour StartOf(int bucket) => new(starts[bucket]);

    /// <returns>Where the next one starts; null of the last, which ends with the window.</returns>
    public QuarterHour? EndOf(int bucket) => bucket + 1 < starts.Length ? new QuarterHour(starts[bucket + 1]) : null;

    public int Holding(QuarterHour slot)
    {
        if (starts.Length == 0) return NoBucket;
        var found = Array.BinarySearch(starts, slot.Index);
        var index = found >= 0 ? found : ~found - 1;
        Invariant.Require(index >= 0, "every slot of the window lies in a time bucket");
        return index;
    }
}
