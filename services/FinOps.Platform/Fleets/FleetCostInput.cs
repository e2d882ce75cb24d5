using FinOps.Domain.Fleets;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>What a fleet costs per hour from an instant on; the same in GraphQL and in files.</summary>
[Name("FleetCostInput")]
public sealed class FleetCostInput
{
    public required string Fleet { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The end of the line, exclusive; by default open.</summary>
    public DateTimeOffset? To { get; init; }

    public required decimal CostPerHour { get; init; }

    public required string Currency { get; init; }

    public string? Accelerator { get; init; }

    public int? Count { get; init; }

    public SetFleetCost ToCommand() => new(Fleet, From, To, CostPerHour, Currency, Accelerator, Count);
}
