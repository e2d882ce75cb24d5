using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using GraphQL;

namespace FinOps.Platform.Reconciliation;

/// <summary>What fleets cost beside the rows that a report makes of it.</summary>
/// <param name="IsBalanced">Whether they agree to the last digit in every hour of every fleet, in both bases.</param>
/// <param name="FleetHours">How many were compared.</param>
/// <param name="Fleets">Each that costs anything in the window, by allocation.</param>
/// <param name="UsageBasis">The same by the share of capacity that work used.</param>
/// <param name="Differences">Hours that do not agree; at most 1,000.</param>
/// <param name="CheckedAt">When the hourly check last looked at the hours that settled; null before the first.</param>
[Name("AllocationReconciliation")]
public sealed record AllocationView(
    bool IsBalanced, int FleetHours, IReadOnlyList<FleetAllocationView> Fleets, IReadOnlyList<FleetAllocationView> UsageBasis,
    IReadOnlyList<AllocationDifferenceView> Differences, DateTimeOffset? CheckedAt)
{
    internal static AllocationView Of(IReadOnlyList<FleetBalance> balances, DateTimeOffset? checkedAt)
    {
        var wrong = balances.SelectMany(b => b.Wrong).ToList();
        return new AllocationView(
            wrong.Count == 0, balances.Sum(b => b.Hours.Count), [.. balances.Select(b => FleetAllocationView.Of(b, CostBasis.Allocation))],
            [.. balances.Select(b => FleetAllocationView.Of(b, CostBasis.Usage))],
            [
                .. wrong.Take(Limits.LedgerDifferencesKept).Select(w => new AllocationDifferenceView(
                    w.Hour.Fleet.Value, w.Basis, new QuarterHour(w.Hour.Hour * Domain.Reporting.FleetHours.Quarters).Start, w.Hour.Cost,
                    w.Hour.Cost + w.Hour.Difference, w.Hour.Difference)),
            ],
            checkedAt);
    }
}

/// <summary>A fleet's cost over the window, and where it went.</summary>
/// <param name="Fleet">The fleet, or what serves several.</param>
/// <param name="FleetCost">By its cost lines.</param>
/// <param name="Usage">Carried by work.</param>
/// <param name="Idle">Carried by none.</param>
/// <param name="Shared">Of what serves several fleets.</param>
/// <param name="Difference">What the three sum to, less the cost: 0.</param>
/// <param name="Currency">Of all of it.</param>
[Name("FleetAllocation")]
public sealed record FleetAllocationView(
    string Fleet, decimal FleetCost, decimal Usage, decimal Idle, decimal Shared, decimal Difference, string Currency)
{
    internal static FleetAllocationView Of(FleetBalance balance, CostBasis basis)
    {
        var hours = balance.ByBasis[basis];
        return new FleetAllocationView(
            balance.Fleet.Value, hours.Sum(h => h.Cost), hours.Sum(h => h.Usage), hours.Sum(h => h.Idle), hours.Sum(h => h.Shared),
            hours.Sum(h => h.Difference), balance.Currency.Code);
    }
}

/// <summary>An hour whose shares do not sum to its cost.</summary>
[Name("AllocationDifference")]
public sealed record AllocationDifferenceView(
    string Fleet, CostBasis Basis, DateTimeOffset HourStart, decimal FleetCost, decimal Allocated, decimal Difference);
