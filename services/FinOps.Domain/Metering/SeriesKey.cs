using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>What buckets are kept apart by, beside time.</summary>
/// <param name="Fleet">Empty where the records named none.</param>
/// <param name="RateClass">The price tier of the records.</param>
/// <param name="Tags">Their <see cref="TagSet"/>.</param>
public readonly record struct SeriesKey(TenantId Tenant, ModelId Model, string Fleet, RateClass RateClass, string Tags)
{
    /// <summary>Within a meter: fleet, rate class and tags, each ordinal.</summary>
    public static readonly Comparer<SeriesKey> WithinMeter = Comparer<SeriesKey>.Create((left, right) =>
    {
        var order = string.CompareOrdinal(left.Fleet, right.Fleet);
        if (order == 0) order = string.CompareOrdinal(left.RateClass.Text, right.RateClass.Text);
        return order == 0 ? string.CompareOrdinal(left.Tags, right.Tags) : order;
    });
}
