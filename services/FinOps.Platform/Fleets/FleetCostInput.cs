using FinOps.Domain.Fleets;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>What a fleet costs per hour from an instant on; the same in GraphQL and in files.</summary>
[Name("FleetCostInput")]
public sealed class FleetCostInput : IBookInput
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

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    public SetFleetCost ToCommand() => new(Fleet, From, To, CostPerHour, Currency, Accelerator, Count);

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => FleetCostSet.Entry(ToCommand().Decide(now), From is not null, now, by);
}
