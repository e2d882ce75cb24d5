using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <param name="Cost">Of the whole hour, to 12 decimals.</param>
/// <param name="QuarterCosts">Of its quarters, unrounded: how an hour without work divides over time.</param>
/// <param name="Parts">What each quarter is made of, unrounded.</param>
/// <param name="UncoveredAcceleratorHours">
/// Accelerators that no line pays for although others are paid for, by quarter; what they cost is missing from <paramref name="Cost"/>.
/// </param>
public sealed record FleetHourCost(
    Money Cost, IReadOnlyList<decimal> QuarterCosts, IReadOnlyList<IReadOnlyList<FleetCostPart>> Parts,
    IReadOnlyList<decimal> UncoveredAcceleratorHours)
{
    public const int Quarters = 4;

    /// <summary>The hour's cost over its quarters, exactly.</summary>
    public decimal[] ByQuarter() => Cost.Amount == 0 ? new decimal[Quarters] : LargestRemainder.Split(Cost.Amount, QuarterCosts);

    /// <summary>The hour's cost over its quarters and the parts of each, exactly.</summary>
    public IEnumerable<(int Quarter, FleetCostPart Part, decimal Cost)> ByPart()
    {
        var quarters = ByQuarter();
        for (var i = 0; i < Quarters; i++)
        {
            var shares = quarters[i] == 0 ? new decimal[Parts[i].Count] : LargestRemainder.Split(quarters[i], [.. Parts[i].Select(p => p.Cost)]);
            for (var part = 0; part < shares.Length; part++) yield return (i, Parts[i][part], shares[part]);
        }
    }
}

/// <param name="Line">Its name; of a cost of the whole fleet <see cref="WholeFleet"/>.</param>
/// <param name="Kind">Why it costs.</param>
/// <param name="IsUnused">Whether it is for accelerators that are paid for and not there.</param>
/// <param name="Cost">Unrounded.</param>
public sealed record FleetCostPart(string Line, CostLineKind Kind, bool IsUnused, decimal Cost)
{
    public const string WholeFleet = "fleet";
}
