using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What fleets had and once did, beside the usage of the hours asked for.</summary>
/// <param name="Presence">What they reported; a fleet that reported nothing is not in it.</param>
/// <param name="Best">The best hours seen.</param>
public sealed record FleetActivity(IReadOnlyDictionary<FleetId, FleetPresence> Presence, BestHours Best)
{
    public static readonly FleetActivity None = new(new Dictionary<FleetId, FleetPresence>(), BestHours.None);

    public FleetPresence? PresenceOf(FleetId fleet) => Presence.GetValueOrDefault(fleet);
}
