using FinOps.Domain.Fleets;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>A fleet as GraphQL shows it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Registered">Whether it ever had a cost line; usage of one that had none is unattributed.</param>
/// <param name="Cost">The line in effect at the moment asked for; null where none is.</param>
/// <param name="Costs">Every line by date, superseded ones left out.</param>
[Name("Fleet")]
public sealed record FleetView(string Id, bool Registered, FleetCostView? Cost, IReadOnlyList<FleetCostView> Costs);

/// <summary>A cost line of a fleet.</summary>
[Name("FleetCost")]
public sealed record FleetCostView(
    string Fleet, DateTimeOffset From, DateTimeOffset? To, decimal CostPerHour, string Currency, string? Accelerator, int? Count)
{
    internal static FleetCostView Of(FleetCost cost) => new(
        cost.Fleet.Value, cost.From, cost.To, cost.PerHour.Amount, cost.PerHour.Currency.Code, cost.Accelerator, cost.Count);
}
