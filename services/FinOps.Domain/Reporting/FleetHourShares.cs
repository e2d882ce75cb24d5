using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>
/// Shares a fleet-hour's cost over the work in it: first over the atoms (meters), ordered by tenant and model, then each atom's share over
/// its quarter-hours, then each quarter's over its rate classes and tag sets. All by largest remainder, so the shares sum to the cost to the
/// last digit, whoever looks at which part; and what a meter carries does not depend on how its records are kept apart.
/// </summary>
public static class FleetHourShares
{
    private static readonly Comparison<UsageSlot>[] Levels = [ByMeter, (left, right) => left.Slot.CompareTo(right.Slot), ByRateClassAndTags];

    /// <param name="cost">Of the whole hour.</param>
    /// <param name="usage">All usage of the fleet in the hour, in any order; a series at most once per slot.</param>
    /// <param name="weights">What tokens weigh.</param>
    /// <returns>One share per entry of <paramref name="usage"/>; null when the hour has no work, so that its cost is idle.</returns>
    public static decimal[]? Of(decimal cost, IReadOnlyList<UsageSlot> usage, WorkWeights weights)
    {
        var work = new decimal[usage.Count];
        for (var i = 0; i < work.Length; i++) work[i] = weights.Of(usage[i].Quantities);
        if (work.All(w => w == 0)) return null;

        var order = new int[usage.Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => Compare(usage[a], usage[b]));
        var shares = new decimal[usage.Count];
        Spread(cost, order, 0);
        return shares;

        // Indexes into the usage, in order; what is alike at a level stays together and is spread at the next.
        void Spread(decimal share, ReadOnlySpan<int> parts, int level)
        {
            if (share == 0) return;
            if (level == Levels.Length || parts.Length == 1)
            {
                Invariant.Require(parts.Length == 1, "a series stands once in a slot");
                shares[parts[0]] = share;
                return;
            }

            var (ends, works) = (new List<int>(), new List<decimal>());
            for (var i = 0; i < parts.Length; i++)
            {
                if (i == 0 || Levels[level](usage[parts[i - 1]], usage[parts[i]]) != 0)
                {
                    ends.Add(i);
                    works.Add(0);
                }

                ends[^1] = i + 1;
                works[^1] += work[parts[i]];
            }

            var split = ends.Count == 1 ? [share] : LargestRemainder.Split(share, works);
            for (var i = 0; i < split.Length; i++) Spread(split[i], parts[(i == 0 ? 0 : ends[i - 1])..ends[i]], level + 1);
        }
    }

    private static int Compare(UsageSlot left, UsageSlot right)
    {
        foreach (var level in Levels)
        {
            if (level(left, right) is var order && order != 0) return order;
        }

        return 0;
    }

    private static int ByMeter(UsageSlot left, UsageSlot right)
    {
        var byTenant = string.CompareOrdinal(left.Series.Tenant.Value, right.Series.Tenant.Value);
        return byTenant != 0 ? byTenant : string.CompareOrdinal(left.Series.Model.Value, right.Series.Model.Value);
    }

    private static int ByRateClassAndTags(UsageSlot left, UsageSlot right)
    {
        var byContext = left.Series.RateClass.ContextAboveTokens.CompareTo(right.Series.RateClass.ContextAboveTokens);
        if (byContext != 0) return byContext;
        var byTier = left.Series.RateClass.Tier.CompareTo(right.Series.RateClass.Tier);
        return byTier != 0 ? byTier : string.CompareOrdinal(left.Series.Tags, right.Series.Tags);
    }
}
