using FinOps.Domain.Reporting;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Idle cost of one cause; those of a row sum to its idle cost to the last digit.</summary>
[Name("IdleCost")]
public sealed record IdleCostView(IdleCause Cause, decimal Cost)
{
    internal static IReadOnlyList<IdleCostView> Of(UnitCostCell cell) => [.. cell.IdleCosts.All.Select(c => new IdleCostView(c.Kind, c.Amount))];
}

/// <summary>From what the capacity of hours with work is known.</summary>
/// <param name="Source">Where it is from.</param>
/// <param name="Cost">The row's cost in such hours.</param>
/// <param name="Share">Of the row's cost in hours with work, to 12 decimals.</param>
[Name("CapacityShare")]
public sealed record CapacityShareView(CapacitySource Source, decimal Cost, decimal Share)
{
    internal static IReadOnlyList<CapacityShareView> Of(UnitCostCell cell) => Of([.. cell.CapacityCosts.All]);

    internal static IReadOnlyList<CapacityShareView> Of(IReadOnlyList<(CapacitySource Source, decimal Cost)> costs)
    {
        var whole = costs.Sum(c => c.Cost);
        return [.. costs.Where(c => c.Cost != 0).Select(c => new CapacityShareView(c.Source, c.Cost, UnitCostCell.Figure(c.Cost / whole)))];
    }
}
