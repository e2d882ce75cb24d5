using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;

namespace FinOps.Domain.Pricing;

/// <summary>What is known at one moment of record time: rates, fleet costs, targets, work weights. Never changes; a newer one takes its place.</summary>
public sealed record Books(RateBook Rates, FleetBook Fleets, TargetBook Targets)
{
    /// <summary>What tokens weigh.</summary>
    public WeightBook Weights { get; init; } = WeightBook.Declared;

    public static readonly Books Empty = new(new RateBook([]), new FleetBook([]), new TargetBook([]));
}
