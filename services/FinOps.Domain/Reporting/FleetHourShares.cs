using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>
/// Shares a fleet-hour's cost over the work in it: first over the atoms (meters), ordered by tenant and model, then each atom's share over
/// its quarter-hours. Both by largest remainder, so the shares sum to the cost to the last digit, whoever looks at which part.
/// </summary>
public static class FleetHourShares
{
    /// <param name="cost">Of the whole hour.</param>
    /// <param name="usage">All usage of the fleet in the hour, in any order; a series at most once per slot.</param>
    /// <param name="weights">What tokens weigh.</param>
    /// <returns>One share per entry of <paramref name="usage"/>; null when the hour has no work, so that its cost is idle.</returns>
    public static decimal[]? Of(decimal cost, IReadOnlyList<UsageSlot> usage, WorkWeights weights)
    {
        var work = new decimal[usage.Count];
        for (var i = 0; i < work.Length; i++) work[i] = weights.Of(usage[i].Quantities);
        if (work.All(w => w == 0)) return null;

        var atoms = Atoms(usage);
        var atomShares = LargestRemainder.Split(cost, [.. atoms.Select(slots => slots.Sum(i => work[i]))]);
        var shares = new decimal[usage.Count];
        for (var a = 0; a < atoms.Count; a++) Spread(atomShares[a], atoms[a], work, shares);
        return shares;
    }

    /// <summary>Indexes into the usage, per atom in order, within an atom by slot.</summary>
    private static List<List<int>> Atoms(IReadOnlyList<UsageSlot> usage)
    {
        var order = new int[usage.Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => Compare(usage[a], usage[b]));
        var atoms = new List<List<int>>();
        foreach (var i in order)
        {
            if (atoms.Count == 0 || usage[atoms[^1][0]].Series != usage[i].Series) atoms.Add([]);
            atoms[^1].Add(i);
        }

        return atoms;
    }

    private static int Compare(UsageSlot left, UsageSlot right)
    {
        var byTenant = string.CompareOrdinal(left.Series.Tenant.Value, right.Series.Tenant.Value);
        if (byTenant != 0) return byTenant;
        var byModel = string.CompareOrdinal(left.Series.Model.Value, right.Series.Model.Value);
        return byModel != 0 ? byModel : left.Slot.CompareTo(right.Slot);
    }

    private static void Spread(decimal share, List<int> slots, decimal[] work, decimal[] shares)
    {
        if (share == 0) return;
        if (slots.Count == 1)
        {
            shares[slots[0]] = share;
            return;
        }

        var parts = LargestRemainder.Split(share, [.. slots.Select(i => work[i])]);
        for (var i = 0; i < parts.Length; i++) shares[slots[i]] = parts[i];
    }
}
