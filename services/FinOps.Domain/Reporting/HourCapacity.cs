using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>From what a fleet-hour's capacity is known.</summary>
public enum CapacitySource
{
    /// <summary>The fleet reported it.</summary>
    Reported,

    /// <summary>What the hour's cost should have bought at the target's cost per token.</summary>
    Target,

    /// <summary>The most that the fleet did in an hour of the time looked back on.</summary>
    BestHour,

    /// <summary>Not known: the work carries the whole hour.</summary>
    None,
}

/// <summary>What a fleet could have done in an hour. The best source that there is decides: reported, else by target, else the best hour seen.</summary>
/// <param name="Source">From what it is known.</param>
/// <param name="WorkUnits">Zero or more; of <see cref="CapacitySource.None"/> the work itself.</param>
public readonly record struct HourCapacity(CapacitySource Source, decimal WorkUnits)
{
    /// <summary>A fleet that is used less than a millionth is idle.</summary>
    private const decimal MostTimesTheWork = 1_000_000m;

    /// <param name="fleet">The fleet.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <param name="cost">Of the hour.</param>
    /// <param name="usage">All of it in the hour; there is work in it.</param>
    /// <param name="weights">What its tokens weigh.</param>
    /// <param name="targets">What tokens should cost.</param>
    /// <param name="fleets">How many accelerators there are.</param>
    /// <param name="activity">What the fleet reported and once did.</param>
    /// <param name="now">Of an hour that is not over, only what has passed could be reported.</param>
    public static HourCapacity Of(
        FleetId fleet, int hour, FleetHourCost cost, IReadOnlyList<UsageSlot> usage, WorkWeights weights, TargetBook targets, FleetBook fleets,
        FleetActivity activity, DateTimeOffset now)
    {
        if (activity.PresenceOf(fleet) is { } presence && Reported(presence, hour, cost, now) is { } reported) return new(CapacitySource.Reported, reported);
        if (ByTarget(fleet, hour, cost, usage, weights, targets, fleets, activity) is { } target) return new(CapacitySource.Target, target);
        return activity.Best.At(fleet, hour, weights) is { } best
            ? new(CapacitySource.BestHour, best)
            : new(CapacitySource.None, usage.Sum(u => weights.Of(u.Quantities)));
    }

    /// <summary>What was told, over the quarters that cost. Time of which nothing was told counts like the rest: silence is not lack of capacity.</summary>
    private static decimal? Reported(FleetPresence presence, int hour, FleetHourCost cost, DateTimeOffset now)
    {
        decimal? capacity = null;
        var (known, passed) = (0m, 0m);
        for (var i = 0; i < FleetHours.Quarters; i++)
        {
            var slot = new QuarterHour(hour * FleetHours.Quarters + i);
            if (cost.Parts[i].Count == 0 || slot.Start >= now) continue;
            passed += Hours.Between(slot.Start, slot.End < now ? slot.End : now);
            if (presence.At(slot) is not { } quarter) continue;
            known += quarter.CapacityHours;
            if (quarter.CapacityWorkUnits is { } told) capacity = (capacity ?? 0) + told;
        }

        return capacity is { } sum ? known < passed ? sum * passed / known : sum : null;
    }

    /// <summary>
    /// A target of T per million tokens says that cost C buys C ÷ T million of them; a modelled one, how many accelerator-hours at full load they take
    /// of those that were there. With several models each token counts at its own target, so the capacity is to the work as one is to the part of the
    /// hour that the work should take. Usage with a target speaks for the rest.
    /// </summary>
    private static decimal? ByTarget(
        FleetId fleet, int hour, FleetHourCost cost, IReadOnlyList<UsageSlot> usage, WorkWeights weights, TargetBook targets, FleetBook fleets,
        FleetActivity activity)
    {
        var (work, shouldCost, standardHours) = (0m, 0m, 0m);
        foreach (var slot in usage)
        {
            if (targets.At(fleet, slot.Series.Model, slot.Slot) is not { } target) continue;
            work += weights.Of(slot.Quantities);
            if (target.Modelled is { } modelled)
            {
                standardHours += modelled.Hours(AtDesignLengths(modelled, slot.Quantities));
                continue;
            }

            var perMillion = target.CostPerMillionTokens;
            if (perMillion.Currency != cost.Cost.Currency) throw CurrencyMix.Rejected(cost.Cost.Currency, perMillion.Currency, $"the target of {slot.Series.Model} on {fleet}");
            shouldCost += slot.Quantities.Total * perMillion.Amount / 1_000_000m;
        }

        if (work == 0) return null;
        if (standardHours == 0) return shouldCost > 0 ? work * Math.Min(cost.Cost.Amount / shouldCost, MostTimesTheWork) : null;
        if (HourLoad.Of(fleet, hour, cost, targets, fleets, activity).There is not { } there || (shouldCost > 0 && cost.Cost.Amount == 0)) return null;
        var part = standardHours / there + (shouldCost > 0 ? shouldCost / cost.Cost.Amount : 0);
        return work * Math.Min(1 / part, MostTimesTheWork);
    }

    private static decimal AtDesignLengths(ModelledTarget target, Quantities quantities) =>
        (quantities[UnitClass.CacheRead] * target.CacheRead + (quantities.InputTotal - quantities[UnitClass.CacheRead]) * target.UncachedInput
            + quantities.OutputTotal * target.Output) / 1_000_000m;
}
