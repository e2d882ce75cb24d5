using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What a fleet-hour's usage carries by allocation.</summary>
/// <param name="Cost">Of the hour's time, in the report's currency; null where only tokens cost.</param>
/// <param name="Shares">Per usage what it carries of time and tokens together; null where that is not known.</param>
/// <param name="Sold">Per usage what its tokens cost by lines that price them; null where none does.</param>
internal sealed record CarriedHour(FleetHourCost? Cost, IReadOnlyList<decimal?> Shares, IReadOnlyList<Money>? Sold);

/// <summary>
/// The targets of a fleet-hour's usage and why its cost differs from them. All usage of the hour counts, shown or not, so that an atom's effects
/// do not depend on what is asked.
/// </summary>
/// <param name="targets">What tokens should cost.</param>
/// <param name="fleets">Says how many accelerators there are.</param>
/// <param name="activity">What fleets reported.</param>
internal sealed class FleetHourGaps(TargetBook targets, FleetBook fleets, FleetActivity activity)
{
    /// <summary>A fleet that did a thousand times what it could is a slip of its report, and no figure.</summary>
    private const decimal MostTimesBusy = 1_000m;

    /// <param name="fleet">The fleet.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <param name="usage">All of the fleet in the hour.</param>
    /// <param name="carried">What it carries.</param>
    /// <param name="weights">What its tokens weigh.</param>
    /// <param name="isShown">Whether the report shows it: only that is brought into its currency.</param>
    /// <param name="convert">Brings money of a usage's target into the report's currency.</param>
    /// <returns>Per usage; null where it has no target or its cost is not known.</returns>
    public HourGaps Of(
        FleetId fleet, int hour, IReadOnlyList<UsageSlot> usage, CarriedHour carried, WorkWeights weights, Func<UsageSlot, bool> isShown,
        Func<Money, UsageSlot, decimal> convert)
    {
        var work = usage.Sum(u => weights.Of(u.Quantities));
        var held = usage.Select((u, i) => carried.Shares[i] is null ? null : targets.At(fleet, u.Series.Model, u.Slot)).ToArray();
        // Lengths are looked at only where a target depends on them.
        var asked = held.Any(t => t?.Modelled is not null) ? Lengths(usage) : [];
        var uses = new TargetedUse?[usage.Count];
        for (var i = 0; i < uses.Length; i++)
        {
            if (held[i] is not { } target) continue;
            var sold = carried.Sold is { } prices ? prices[i].Amount : 0;
            uses[i] = Use(usage[i], target, carried.Shares[i]!.Value - sold, sold);
        }

        var load = HourLoad.Of(fleet, hour, carried.Cost, targets, fleets, activity);
        var had = new HourHad(load.There, Busy(load, work));
        return new HourGaps(uses, had, load.IsCapacityReported);

        TargetedUse Use(UsageSlot use, Target target, decimal timeCost, decimal tokenCost)
        {
            var part = carried.Cost is { Cost.Amount: > 0 and var whole } ? timeCost / whole : work > 0 ? weights.Of(use.Quantities) / work : 0;
            var shown = isShown(use);
            var blended = target.CostPerMillionTokens;
            var perMillion = shown ? convert(blended, use) : blended.Amount;
            var design = use.Quantities.Total * perMillion * 0.000001m;
            if (target.Modelled is not { } modelled) return new TargetedUse(timeCost, tokenCost, part, design, null, default, 0, 0);
            var own = AskedCost.Of(modelled, blended.Amount, use.Quantities, asked[(use.Series.Tenant, use.Series.Model)]);
            var inReport = !shown || perMillion == blended.Amount ? own : new AskedCost(
                design, Converted(own.ClassMix), Converted(own.LengthMix), Converted(own.Cache));
            return new TargetedUse(
                timeCost, tokenCost, part, design, modelled, inReport, shown ? convert(modelled.AcceleratorHour, use) : modelled.AcceleratorHour.Amount,
                modelled.Hours(own.Asked));

            decimal Converted(decimal amount) => amount < 0
                ? -convert(new Money(-amount, blended.Currency), use)
                : convert(new Money(amount, blended.Currency), use);
        }
    }

    private static decimal? Busy(HourLoad load, decimal work) => load is { There: { } there, HoursPerWorkUnit: { } each }
        ? work > there * MostTimesBusy / each ? there * MostTimesBusy : work * each
        : null;

    private static Dictionary<(TenantId, ModelId), AskedLengths> Lengths(IReadOnlyList<UsageSlot> usage) => usage
        .GroupBy(u => (u.Series.Tenant, u.Series.Model)).ToDictionary(g => g.Key, g =>
        {
            var quantities = g.Aggregate(Quantities.Zero, (sum, u) => sum + u.Quantities);
            // Failed calls mostly have no tokens; where the source counts calls, it knows better.
            var calls = quantities[UnitClass.Requests] is > 0 and var requests ? requests : g.Sum(u => u.Records - u.Failed);
            return AskedLengths.Of(quantities, calls);
        });
}

/// <summary>Per usage of a fleet-hour its target and why its cost differs.</summary>
/// <param name="Uses">Null where there is no target, or no known cost.</param>
/// <param name="Had">What the fleet had.</param>
/// <param name="IsCapacityReported">Whether it told what it could do; else the target says so.</param>
internal sealed record HourGaps(IReadOnlyList<TargetedUse?> Uses, HourHad Had, bool IsCapacityReported)
{
    private readonly SplitVariance split = new([.. Uses.OfType<TargetedUse>()], Had);

    public decimal[]? Effects(int use) => Uses[use] is { } known ? split.Of(known) : null;

    /// <summary>Accelerator-hours that the hour's targeted usage stands for at full load, scaled to the whole hour.</summary>
    public decimal Standard => split.Standard;

    /// <summary>Accelerator-hours that were busy.</summary>
    public decimal Busy => split.Busy;
}
