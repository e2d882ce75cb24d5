using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>What a fleet costs per hour from an instant on, until its next line, or until its end.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="From">On a 15-minute boundary.</param>
/// <param name="To">The end of the line, exclusive; null is open. A line that begins later supersedes it anyway.</param>
/// <param name="PerHour">Of the whole fleet.</param>
/// <param name="Accelerator">What it is made of, for people.</param>
/// <param name="Count">How many of them.</param>
public sealed record FleetCost(FleetId Fleet, DateTimeOffset From, DateTimeOffset? To, Money PerHour, string? Accelerator, int? Count)
{
    public bool Holds(QuarterHour slot) => slot.Start >= From && (To is not { } to || slot.Start < to);
}
