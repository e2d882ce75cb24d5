using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;

namespace FinOps.Domain.Pricing;

/// <summary>What is known at one moment of record time: rates, fleet costs, targets. Never changes; a newer one takes its place.</summary>
public sealed record Books(RateBook Rates, FleetBook Fleets, TargetBook Targets)
{
    public static readonly Books Empty = new(new RateBook([]), new FleetBook([]), new TargetBook([]));
}
