using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Accelerators of a fleet that were in one state between two instants.</summary>
/// <param name="Fleet">The fleet, registered or not.</param>
/// <param name="From">Inclusive, to the tick.</param>
/// <param name="To">Exclusive, after it.</param>
/// <param name="Accelerator">Which.</param>
/// <param name="Count">Zero or more; a fraction is a part of one.</param>
/// <param name="State">What they were at.</param>
/// <param name="CapacityWorkUnits">What they could have done between the two, in work units; null where nobody could tell.</param>
public sealed record FleetReport(
    FleetId Fleet, DateTimeOffset From, DateTimeOffset To, string Accelerator, decimal Count, FleetState State, decimal? CapacityWorkUnits)
{
    /// <summary>The same over a part of its time, with the part of its capacity.</summary>
    public FleetReport Part(DateTimeOffset from, DateTimeOffset to) => this with
    {
        From = from,
        To = to,
        CapacityWorkUnits = CapacityWorkUnits * (to - from).Ticks / (To - From).Ticks,
    };
}
