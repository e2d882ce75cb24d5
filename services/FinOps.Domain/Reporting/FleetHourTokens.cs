using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What the tokens of a fleet-hour cost by lines that price them, per entry of its usage.</summary>
public static class FleetHourTokens
{
    /// <param name="book">The cost lines.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="usage">All usage of the fleet in the hour, in any order.</param>
    /// <returns>With shares by place in <paramref name="usage"/>; null where no line prices tokens.</returns>
    public static HourTokenCost? Of(FleetBook book, FleetId fleet, IReadOnlyList<UsageSlot> usage)
    {
        if (!book.PricesTokens(fleet)) return null;
        var order = Enumerable.Range(0, usage.Count).OrderBy(i => usage[i].Series.Tenant.Value, StringComparer.Ordinal)
            .ThenBy(i => usage[i].Series.Model.Value, StringComparer.Ordinal).ThenBy(i => usage[i].Series.RateClass.Text, StringComparer.Ordinal)
            .ThenBy(i => usage[i].Series.Tags, StringComparer.Ordinal).ThenBy(i => usage[i].Slot).ToArray();
        var cost = book.TokenCost(fleet, [.. order.Select(i => new TokenUse(usage[i].Series.Model, usage[i].Slot, usage[i].Quantities))]);
        if (cost is null) return null;
        var isPriced = new bool[usage.Count];
        for (var i = 0; i < order.Length; i++) isPriced[order[i]] = cost.IsPriced[i];
        return new HourTokenCost(cost.Cost, [.. cost.Shares.Select(s => s with { Use = order[s.Use] })], isPriced);
    }
}
