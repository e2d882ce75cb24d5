using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What of a fleet-hour's cost its work carries; the rest is idle.</summary>
public static class CarriedCost
{
    /// <param name="cost">Of the hour, to 12 decimals.</param>
    /// <param name="work">In it, in work units, above zero.</param>
    /// <param name="capacity">What it could have done.</param>
    /// <returns>cost × min(1, work ÷ capacity), to 12 decimals.</returns>
    public static decimal Of(decimal cost, decimal work, HourCapacity capacity) =>
        LargestRemainder.Split(cost, [work, Math.Max(0, capacity.WorkUnits - work)])[0];
}
