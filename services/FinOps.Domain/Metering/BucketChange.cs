using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>What happened to a bucket in a stretch of record time. A bucket is never negative; a change is where more was taken than given.</summary>
public sealed class BucketChange
{
    private readonly long[] quantities = new long[UnitClass.All.Count];

    public long Records { get; private set; }

    public long Incomplete { get; private set; }

    public long Failed { get; private set; }

    public long this[UnitClass unitClass] => quantities[unitClass.Ordinal];

    public bool IsNone => Records == 0 && Incomplete == 0 && Failed == 0 && Array.TrueForAll(quantities, q => q == 0);

    /// <param name="changes">By key; grows.</param>
    /// <param name="record">Falls into its bucket.</param>
    /// <param name="sign">1 where it counts from now on, -1 where it counts no longer.</param>
    public static void Add(Dictionary<BucketKey, BucketChange> changes, UsageRecord record, int sign)
    {
        var key = BucketKey.Of(record);
        if (!changes.TryGetValue(key, out var change)) changes[key] = change = new BucketChange();
        change.Add(record, sign);
    }

    /// <returns>The change as what it makes of an empty bucket.</returns>
    public Bucket ToBucket() => new(Records, Incomplete, Failed, Quantities.Of(quantities));

    /// <summary>Adds sums: records, incomplete, failed, then the classes by ordinal.</summary>
    internal void Add(ReadOnlySpan<long> sums, int sign)
    {
        Records += sign * sums[0];
        Incomplete += sign * sums[1];
        Failed += sign * sums[2];
        for (var i = 0; i < quantities.Length; i++) quantities[i] += sign * sums[3 + i];
    }

    /// <summary>Adds one record, or takes it away.</summary>
    public void Add(UsageRecord record, int sign)
    {
        Records += sign;
        Incomplete += record.Incomplete ? sign : 0;
        Failed += record.Failed ? sign : 0;
        var added = record.Quantities.AsSpan();
        for (var i = 0; i < quantities.Length; i++) quantities[i] += sign * added[i];
    }
}
