using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>
/// What the lines in effect cost in a quarter-hour, for a fleet of some size. Bought accelerators are used first, then committed ones, then
/// spot; on demand pays for the rest. What was committed or bought and is not there is paid all the same, as a part of its own.
/// </summary>
public static class AccrueCost
{
    private const int QuartersPerHour = 4;

    private static readonly CostLineKind[] CoveringOrder = [CostLineKind.Purchase, CostLineKind.Committed, CostLineKind.Spot, CostLineKind.OnDemand];

    /// <param name="slot">The quarter-hour.</param>
    /// <param name="accelerators">The fleet's size; null where it was never said.</param>
    /// <param name="lines">In effect, of one fleet, each name at most once.</param>
    public static AccruedCost Of(QuarterHour slot, decimal? accelerators, IEnumerable<CostLine> lines)
    {
        var ordered = lines.OrderBy(l => l.Name, StringComparer.Ordinal).ToList();
        var actual = ordered.Where(l => l.Terms is CostTerms.Actual).ToList();
        return actual.Count > 0 ? new AccruedCost([.. actual.Select(l => OfActual(l, slot))], 0) : Estimated(slot, accelerators, ordered);
    }

    private static AccruedCost Estimated(QuarterHour slot, decimal? accelerators, List<CostLine> lines)
    {
        var parts = new List<CostPart>();
        var left = accelerators ?? 0;
        foreach (var line in lines.Where(l => l.Terms.PaysForAccelerators).OrderBy(l => Array.IndexOf(CoveringOrder, l.Terms.Kind)))
        {
            Invariant.Require(accelerators is not null, "a fleet whose accelerators are paid for has a size");
            left -= Cover(line, slot, left, parts);
        }

        foreach (var line in lines)
        {
            if (PerHour(line.Terms, accelerators ?? 0) is { } perHour) parts.Add(new CostPart(line, perHour / QuartersPerHour));
        }

        var below = parts.Sum(p => p.Cost);
        foreach (var line in lines)
        {
            if (line.Terms is CostTerms.Overhead overhead) parts.Add(new CostPart(line, below * overhead.Percent / 100));
        }

        return new AccruedCost(parts, lines.Any(l => l.Terms.PaysForAccelerators) ? left : 0);
    }

    private static decimal? PerHour(CostTerms terms, decimal accelerators) => terms switch
    {
        CostTerms.Hourly hourly => hourly.CostPerHour,
        CostTerms.Power power =>
            accelerators * power.KilowattsPerAccelerator * power.PowerUsageEffectiveness * power.PricePerKilowattHour,
        _ => null,
    };

    /// <returns>How many accelerators the line pays for.</returns>
    private static decimal Cover(CostLine line, QuarterHour slot, decimal left, List<CostPart> parts) => line.Terms switch
    {
        CostTerms.Purchase bought => InFull(line, bought.Count, Accrued(bought.Whole, line.From, bought.End(line.From), slot), left, parts),
        CostTerms.Committed committed =>
            InFull(line, committed.Count, committed.PricePerAcceleratorHour * committed.Count / QuartersPerHour, left, parts),
        CostTerms.Spot spot => AsUsed(line, Math.Min(left, spot.Count), spot.PricePerAcceleratorHour, parts),
        CostTerms.OnDemand onDemand => AsUsed(line, left, onDemand.PricePerAcceleratorHour, parts),
        _ => throw new InvalidOperationException($"{line.Terms.Kind} pays for no accelerators."),
    };

    private static decimal AsUsed(CostLine line, decimal covered, decimal pricePerAcceleratorHour, List<CostPart> parts)
    {
        parts.Add(new CostPart(line, covered * pricePerAcceleratorHour / QuartersPerHour));
        return covered;
    }

    /// <summary>Paid whole, whatever of it is used; the two parts sum to it.</summary>
    private static decimal InFull(CostLine line, decimal count, decimal cost, decimal left, List<CostPart> parts)
    {
        var covered = Math.Min(left, count);
        var used = covered == count ? cost : cost * (covered / count);
        parts.Add(new CostPart(line, used));
        if (covered < count) parts.Add(new CostPart(line, cost - used, IsUnused: true));
        return covered;
    }

    private static CostPart OfActual(CostLine line, QuarterHour slot)
    {
        Invariant.Require(line.To is not null, "what was paid was paid for a stretch that ends");
        return new CostPart(line, Accrued(((CostTerms.Actual)line.Terms).Amount, line.From, line.To!.Value, slot));
    }

    /// <summary>
    /// A quarter's part of an amount that divides over a stretch of time: what had accrued by its end less what had by its start, each
    /// rounded, so that the quarters sum to the amount to the last digit.
    /// </summary>
    internal static decimal Accrued(decimal amount, DateTimeOffset from, DateTimeOffset to, QuarterHour slot)
    {
        var whole = Hours.Between(from, to);
        return By(slot.End) - By(slot.Start);

        decimal By(DateTimeOffset instant) => decimal.Round(
            amount * Math.Clamp(Hours.Between(from, instant), 0, whole) / whole, Money.AllocationDecimals, MidpointRounding.ToEven);
    }
}

/// <param name="Parts">By line.</param>
/// <param name="UncoveredAccelerators">Accelerators that the fleet has and no line pays for, although others are paid for: their cost is not known.</param>
public sealed record AccruedCost(IReadOnlyList<CostPart> Parts, decimal UncoveredAccelerators);

/// <param name="Line">Which line.</param>
/// <param name="Cost">Of the quarter-hour; not rounded.</param>
/// <param name="IsUnused">Whether it is for accelerators that are paid for and not there.</param>
public readonly record struct CostPart(CostLine Line, decimal Cost, bool IsUnused = false);
