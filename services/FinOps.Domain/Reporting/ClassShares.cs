using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>Splits what usage carries over its token classes, by their work: so a token of output costs more than one of cached input.</summary>
public static class ClassShares
{
    /// <param name="share">What the usage carries.</param>
    /// <param name="quantities">Its tokens.</param>
    /// <param name="weights">What tokens weigh.</param>
    /// <returns>By the classes' ordinal; they sum to the share to the last digit. Usage without work carries nothing.</returns>
    public static decimal[] Of(decimal share, Quantities quantities, WorkWeights weights)
    {
        if (share == 0) return new decimal[UnitClass.All.Count];
        var work = new decimal[UnitClass.All.Count];
        foreach (var unitClass in UnitClass.All) work[unitClass.Ordinal] = quantities[unitClass] * weights.Units[unitClass.Ordinal];
        if (work.Sum() > 0) return LargestRemainder.Split(share, work);
        // Paid by the token, of a class that weighs nothing: the tokens themselves tell.
        foreach (var unitClass in UnitClass.All) work[unitClass.Ordinal] = unitClass.Side == UnitSide.Other ? 0 : quantities[unitClass];
        return LargestRemainder.Split(share, work);
    }
}
