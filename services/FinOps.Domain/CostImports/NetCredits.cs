using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>
/// Takes amounts below zero out of those above: a fleet's hour never costs less than nothing. A credit is spread, in proportion, over the
/// amounts of its fleet and line within its own charge period; where those are too small, over the shortest period that holds it.
/// </summary>
public static class NetCredits
{
    /// <param name="amounts">Of one fleet and line, each period once.</param>
    /// <param name="earlier">What earlier imports of the line have and keep.</param>
    /// <param name="netting">Over what.</param>
    /// <returns>
    /// Sums to the same. Below zero only where an earlier import has as much for the same period. Or the credit that found too little.
    /// </returns>
    public static (IReadOnlyList<PaidAmount> Net, PaidAmount? TooLarge) Of(
        IReadOnlyList<PaidAmount> amounts, IEnumerable<PaidAmount> earlier, CreditNetting netting)
    {
        var credits = amounts.Where(a => a.Amount < 0).OrderBy(a => a.Quarters).ThenBy(a => a.First).ToList();
        if (credits.Count == 0) return (amounts, null);
        var own = amounts.Where(a => a.Amount >= 0).ToDictionary(a => (a.First, a.End), a => a.Amount);
        // All that a credit may be taken from, and what is left of it.
        var left = new SortedDictionary<(int First, int End), decimal>();
        foreach (var amount in amounts.Where(a => a.Amount >= 0).Concat(netting == CreditNetting.ChargePeriod ? earlier : []))
            left[(amount.First.Index, amount.End.Index)] = left.GetValueOrDefault((amount.First.Index, amount.End.Index)) + amount.Amount;
        foreach (var credit in credits)
        {
            var periods = Candidates(left, credit, netting);
            if (periods.Count == 0) return ([], credit);
            var parts = LargestRemainder.Split(-credit.Amount, [.. periods.Select(p => left[p])]);
            for (var i = 0; i < parts.Length; i++)
            {
                left[periods[i]] -= parts[i];
                Invariant.Require(left[periods[i]] >= 0, "a credit takes no more than there is");
                var key = (new QuarterHour(periods[i].First), new QuarterHour(periods[i].End));
                own[key] = own.GetValueOrDefault(key) - parts[i];
            }
        }

        return ([.. own.OrderBy(o => o.Key.First).ThenBy(o => o.Key.End).Select(o => new PaidAmount(o.Key.First, o.Key.End, o.Value))], null);
    }

    /// <returns>Periods with enough in them; none where there are none.</returns>
    private static List<(int First, int End)> Candidates(SortedDictionary<(int First, int End), decimal> left, PaidAmount credit, CreditNetting netting)
    {
        var (first, end) = (credit.First.Index, credit.End.Index);
        var within = left.Where(p => p.Value > 0 && (netting == CreditNetting.Bill || (p.Key.First >= first && p.Key.End <= end))).ToList();
        if (within.Sum(p => p.Value) >= -credit.Amount) return [.. within.Select(p => p.Key)];
        var around = left.Where(p => p.Key.First <= first && p.Key.End >= end && p.Value >= -credit.Amount)
            .OrderBy(p => p.Key.End - p.Key.First).ThenBy(p => p.Key.First).Take(1);
        return [.. around.Select(p => p.Key)];
    }
}
