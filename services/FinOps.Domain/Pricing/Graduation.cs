using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Rates by the units of the month: each unit costs what its place in the month says. Additive: it does not matter where usage is cut.</summary>
public sealed class Graduation
{
    private readonly long[] above;
    private readonly decimal[] perUnit;

    /// <param name="freeUnits">The first ones, free; bounds count them too.</param>
    /// <param name="steps">From which place in the month on a unit costs what; rising, the first at 0.</param>
    public Graduation(long freeUnits, IReadOnlyList<(long Above, decimal PerUnit)> steps)
    {
        Invariant.Require(steps.Count > 0 && steps[0].Above == 0, "the first units have a rate");
        var kept = steps.Where((_, i) => i + 1 == steps.Count || steps[i + 1].Above > freeUnits)
            .Select(s => s with { Above = Math.Max(s.Above, freeUnits) });
        List<(long Above, decimal PerUnit)> all = [.. freeUnits > 0 ? [(0L, 0m)] : Array.Empty<(long, decimal)>(), .. kept];
        above = [.. all.Select(s => s.Above)];
        perUnit = [.. all.Select(s => s.PerUnit)];
        for (var i = 1; i < above.Length; i++) Invariant.Require(above[i] > above[i - 1], "volume bounds rise");
    }

    /// <param name="before">Units of the month so far.</param>
    /// <param name="quantity">The ones that come now.</param>
    public decimal ChargeFor(long before, long quantity)
    {
        var (amount, end) = (0m, before + quantity);
        for (var i = 0; i < above.Length && above[i] < end; i++)
        {
            var from = Math.Max(before, above[i]);
            var to = i + 1 < above.Length ? Math.Min(end, above[i + 1]) : end;
            if (to > from) amount += perUnit[i] * (to - from);
        }

        return amount;
    }
}

/// <summary>
/// The units that a tenant used of a model in a month so far, by the class that prices them: reasoning that is priced as output counts as
/// output. Whatever card priced them, so that a change of card in mid-month starts no allowance anew.
/// </summary>
public sealed class UnitsOfMonth
{
    private readonly long[] units = new long[UnitClass.All.Count];

    public long this[UnitClass unitClass] => units[unitClass.Ordinal];

    internal void Count(UnitClass unitClass, long quantity) => units[unitClass.Ordinal] += quantity;
}
