using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What accelerators a fleet-hour had, and what they could do.</summary>
/// <param name="There">
/// Accelerator-hours that its cost pays for: by its size, else by what it reported, else those that its modelled targets reckon with; null where none
/// of these is known, or where its time costs nothing.
/// </param>
/// <param name="HoursPerWorkUnit">Accelerator-hours that a work unit takes by what the fleet reported of its capacity; null where it did not.</param>
public readonly record struct HourLoad(decimal? There, decimal? HoursPerWorkUnit)
{
    public bool IsCapacityReported => HoursPerWorkUnit is not null;

    /// <param name="fleet">The fleet.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <param name="cost">Of its time; null where it costs nothing.</param>
    /// <param name="targets">What they reckon with.</param>
    /// <param name="fleets">Sizes.</param>
    /// <param name="activity">What it reported.</param>
    public static HourLoad Of(FleetId fleet, int hour, FleetHourCost? cost, TargetBook targets, FleetBook fleets, FleetActivity activity)
    {
        if (cost is null) return default;
        var presence = activity.PresenceOf(fleet);
        var (capacity, able) = (0m, 0m);
        for (var i = 0; i < FleetHours.Quarters; i++)
        {
            if (presence?.At(Slot(i)) is not { CapacityWorkUnits: { } told } quarter) continue;
            capacity += told;
            able += quarter.CapacityAcceleratorHours;
        }

        return new HourLoad(ThereIn(fleet, hour, cost, targets, fleets, presence)?.Sum(), capacity > 0 && able > 0 ? able / capacity : null);

        QuarterHour Slot(int quarter) => new(hour * FleetHours.Quarters + quarter);
    }

    /// <returns>By quarter; null where it is not known.</returns>
    public static decimal[]? ThereIn(FleetId fleet, int hour, FleetHourCost cost, TargetBook targets, FleetBook fleets, FleetPresence? presence)
    {
        if (AcceleratorHours.ByQuarter(fleets, fleet, hour, cost) is { } sized && sized.Sum() > 0) return sized;
        var (reported, modelled) = (new decimal[FleetHours.Quarters], new decimal[FleetHours.Quarters]);
        for (var i = 0; i < FleetHours.Quarters; i++)
        {
            if (cost.Parts[i].Count == 0) continue;
            var slot = new QuarterHour(hour * FleetHours.Quarters + i);
            reported[i] = presence?.At(slot)?.AllAcceleratorHours ?? 0;
            modelled[i] = (decimal)targets.AcceleratorsAt(fleet, slot) / FleetHours.Quarters;
        }

        return reported.Sum() > 0 ? reported : modelled.Sum() > 0 ? modelled : null;
    }
}
