using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>A number of accelerators that is paid for in all hours at a discount; what is needed beyond them is paid on demand.</summary>
/// <param name="Discount">Off the price on demand: 0 to below 1.</param>
/// <param name="Count">How many, used or not.</param>
public sealed record CommittedUse(decimal Discount, decimal Count)
{
    /// <summary>An accelerator that is used less of the time is cheaper on demand: 1 − d.</summary>
    public decimal BreakEvenUtilisation => 1 - Discount;

    /// <summary>What the hours cost, and how much of it is paid for nothing.</summary>
    /// <param name="needed">Accelerators in each hour.</param>
    /// <param name="onDemand">An accelerator-hour.</param>
    public CommittedCost Cost(IReadOnlyList<decimal> needed, Money onDemand)
    {
        var committed = onDemand.Amount * (1 - Discount);
        var idle = needed.Sum(n => Math.Max(0, Count - n)) * committed;
        var beyond = needed.Sum(n => Math.Max(0, n - Count)) * onDemand.Amount;
        var total = committed * Count * needed.Count + beyond;
        var used = needed.Sum();
        return new CommittedCost(
            new Money(total, onDemand.Currency), new Money(idle, onDemand.Currency), used > 0 ? onDemand.Currency.Rounded(total / used) : null,
            used > 0 ? needed.Sum(n => Math.Min(n, Count)) / used : 0);
    }

    /// <summary>
    /// How many to commit to: the largest number that is needed in at least the break-even share of the hours. One more would be idle for longer
    /// than its discount pays for.
    /// </summary>
    /// <param name="needed">Accelerators in each hour.</param>
    /// <param name="discount">Off the price on demand.</param>
    public static decimal BestCount(IReadOnlyList<decimal> needed, decimal discount)
    {
        if (needed.Count == 0 || discount <= 0) return 0;
        var least = (int)Math.Ceiling((1 - discount) * needed.Count);
        return least == 0 ? needed.Max() : needed.OrderDescending().ElementAt(least - 1);
    }
}

/// <param name="Total">Of all hours.</param>
/// <param name="Idle">Of it, for committed accelerators that nobody needed.</param>
/// <param name="PerUsedHour">The total over the accelerator-hours that were needed; null where none was.</param>
/// <param name="Coverage">The share of the needed hours that the commitment served.</param>
public sealed record CommittedCost(Money Total, Money Idle, Money? PerUsedHour, decimal Coverage);
