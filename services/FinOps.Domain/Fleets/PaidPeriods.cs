using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>
/// Amounts paid for periods that may overlap, such as hourly, daily and monthly rows of one bill: in a quarter-hour all that hold add up.
/// Found by length: of periods of one length, those that hold a quarter-hour start within that length before it.
/// </summary>
public sealed class PaidPeriods
{
    private readonly (int Quarters, int[] Firsts, decimal[] Amounts)[] lengths;

    /// <param name="amounts">In any order; those of one period are summed.</param>
    public PaidPeriods(IEnumerable<PaidAmount> amounts)
    {
        Amounts = [.. amounts.GroupBy(a => (a.First, a.End)).Select(g => new PaidAmount(g.Key.First, g.Key.End, g.Sum(a => a.Amount)))
            .OrderBy(a => a.First).ThenBy(a => a.End)];
        lengths = [.. Amounts.GroupBy(a => a.Quarters).OrderBy(g => g.Key)
            .Select(g => (g.Key, g.Select(a => a.First.Index).ToArray(), g.Select(a => a.Amount).ToArray()))];
    }

    /// <summary>Each period once, by start and end.</summary>
    public IReadOnlyList<PaidAmount> Amounts { get; }

    /// <returns>What of the quarter-hour was paid; null where no period holds it.</returns>
    public decimal? Of(QuarterHour slot)
    {
        decimal? sum = null;
        foreach (var (quarters, firsts, amounts) in lengths)
        {
            var found = Array.BinarySearch(firsts, slot.Index - quarters + 1);
            for (var i = found >= 0 ? found : ~found; i < firsts.Length && firsts[i] <= slot.Index; i++)
                sum = (sum ?? 0) + AccrueCost.Accrued(amounts[i], new QuarterHour(firsts[i]).Start, new QuarterHour(firsts[i] + quarters).Start, slot);
        }

        return sum;
    }

    /// <summary>The stretches that the periods cover, joined, by start.</summary>
    public IReadOnlyList<(QuarterHour First, QuarterHour End)> Covered()
    {
        var covered = new List<(QuarterHour First, QuarterHour End)>();
        foreach (var amount in Amounts)
        {
            if (covered.Count > 0 && amount.First <= covered[^1].End)
            {
                if (amount.End > covered[^1].End) covered[^1] = (covered[^1].First, amount.End);
            }
            else covered.Add((amount.First, amount.End));
        }

        return covered;
    }
}
