using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>One reason why a fleet costs money, from an instant on, until the next line of its name, or until its end.</summary>
/// <param name="Fleet">The fleet; of a shared line what serves several fleets, such as a gateway.</param>
/// <param name="Name">Of the line within its fleet.</param>
/// <param name="From">On a 15-minute boundary.</param>
/// <param name="To">Exclusive; null is open.</param>
/// <param name="Currency">Of all its amounts.</param>
/// <param name="Terms">How it is computed.</param>
/// <param name="IsShared">Whether it is the cost of what serves several fleets, so that no fleet's work carries it.</param>
public sealed record CostLine(
    FleetId Fleet, string Name, DateTimeOffset From, DateTimeOffset? To, Currency Currency, CostTerms Terms, bool IsShared)
{
    public bool Holds(QuarterHour slot) => slot.Start >= From && (To is not { } to || slot.Start < to);
}

/// <summary>How many accelerators a fleet has from an instant on.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="From">On a 15-minute boundary.</param>
/// <param name="Accelerator">Which, for people and targets.</param>
/// <param name="Count">May be zero, and a fraction of one.</param>
public sealed record FleetSize(FleetId Fleet, DateTimeOffset From, string Accelerator, decimal Count);
