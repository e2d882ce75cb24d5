using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>What a bucket is of: a meter's work on one fleet, in one rate class and under one tag set, in one quarter-hour of event time.</summary>
/// <param name="Fleet">Empty where the records named none.</param>
/// <param name="RateClass">The price tier.</param>
/// <param name="Tags">The <see cref="TagSet"/>.</param>
public readonly record struct BucketKey(
    TenantId Tenant, ModelId Model, string Fleet, QuarterHour Slot, RateClass RateClass = default, string Tags = "")
{
    public SeriesKey Series => new(Tenant, Model, Fleet, RateClass, Tags);

    public static BucketKey Of(UsageRecord record) => new(
        record.Tenant, record.Model, record.Fleet ?? "", record.Slot,
        RateClass.Of(record.Quantities.InputTotal, ServiceTag.Of(record.Tags)), TagSet.Of(record.Tags));
}

/// <summary>What a bucket holds. How records fall into buckets is said here once.</summary>
public sealed record Bucket(long Records, long Incomplete, long Failed, Quantities Quantities)
{
    public static readonly Bucket Empty = new(0, 0, 0, Quantities.Zero);

    public Bucket With(UsageRecord record) =>
        new(Records + 1, Incomplete + (record.Incomplete ? 1 : 0), Failed + (record.Failed ? 1 : 0), Quantities + record.Quantities);

    /// <exception cref="InvariantViolatedException">The bucket does not hold the record.</exception>
    public Bucket Without(UsageRecord record)
    {
        var (incomplete, failed) = (Incomplete - (record.Incomplete ? 1 : 0), Failed - (record.Failed ? 1 : 0));
        Invariant.Require(Records > 0 && incomplete >= 0 && failed >= 0, "only what counts is taken back");
        return new(Records - 1, incomplete, failed, Quantities - record.Quantities);
    }

    public static Dictionary<BucketKey, Bucket> Fold(IEnumerable<UsageRecord> records)
    {
        var buckets = new Dictionary<BucketKey, Bucket>();
        foreach (var record in records) Add(buckets, record);
        return buckets;
    }

    /// <summary>Adds one record to the bucket that it falls in.</summary>
    public static void Add(Dictionary<BucketKey, Bucket> buckets, UsageRecord record)
    {
        var key = BucketKey.Of(record);
        buckets[key] = buckets.GetValueOrDefault(key, Empty).With(record);
    }

    /// <summary>Takes one record out of the bucket that it fell in. A bucket without records is no bucket.</summary>
    public static void Take(Dictionary<BucketKey, Bucket> buckets, UsageRecord record)
    {
        var key = BucketKey.Of(record);
        var left = buckets.GetValueOrDefault(key, Empty).Without(record);
        if (left.Records > 0)
        {
            buckets[key] = left;
            return;
        }

        Invariant.Require(left == Empty, "a bucket without records holds nothing");
        buckets.Remove(key);
    }
}
