using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Variance;

/// <summary>One usage of a fleet-hour whose cost and target are known.</summary>
/// <param name="TimeCost">Its share of the hour's cost.</param>
/// <param name="TokenCost">What its tokens cost beside that, by lines that price them.</param>
/// <param name="HourShare">Its part of the hour's work: 0 to 1.</param>
/// <param name="Design">What it should cost at the design point, exact.</param>
/// <param name="Modelled">Null where the target knows only money.</param>
/// <param name="Asked">By the modelled target, in the report's currency; else nothing.</param>
/// <param name="AcceleratorHour">The target's price in the report's currency.</param>
/// <param name="StandardHours">Accelerator-hours at full load that the modelled target needs for what was asked.</param>
public sealed record TargetedUse(
    decimal TimeCost, decimal TokenCost, decimal HourShare, decimal Design, ModelledTarget? Modelled, AskedCost Asked, decimal AcceleratorHour,
    decimal StandardHours)
{
    public decimal Gap => TimeCost + TokenCost - Design;
}

/// <summary>What a fleet-hour had, in accelerator-hours.</summary>
/// <param name="There">Accelerators that were there, busy or not; null where that is not known, or where its time costs nothing.</param>
/// <param name="Busy">Of them, busy by what the fleet could do; null where nobody reported that.</param>
public readonly record struct HourHad(decimal? There, decimal? Busy);

/// <summary>
/// Splits the gap between actual cost and target of a fleet-hour's usage into its causes, by standard costing: from what was paid to the target's
/// price for what was there, to the busy part at design utilisation, to what the work should have taken, to each one's own, to the design point.
/// Each effect is rounded to 12 decimals; what rounding leaves goes to the largest but the weighting, so that they sum to the gap to the last digit.
/// </summary>
public sealed class SplitVariance
{
    private static readonly int Effects = Enum.GetValues<VarianceEffect>().Length;

    private readonly decimal? there;
    private readonly decimal plainShare;
    private readonly (TargetedUse? Use, decimal Left) weighting;

    /// <param name="uses">All of the fleet-hour that have cost and target; those with a modelled one speak for the rest of the hour.</param>
    /// <param name="had">By the fleet.</param>
    public SplitVariance(IReadOnlyList<TargetedUse> uses, HourHad had)
    {
        var (hours, share, plainCost, plainGap) = (0m, 0m, 0m, 0m);
        foreach (var use in uses)
        {
            if (use.Modelled is null)
            {
                plainCost += use.TimeCost;
                plainGap += use.Gap;
                continue;
            }

            hours += use.StandardHours;
            share += use.HourShare;
        }

        there = had.There;
        Standard = share > 0 ? hours / share : 0;
        // Where nobody said what the fleet could do, it could do what the target says: all of the difference is utilisation.
        Busy = had.Busy ?? Standard;
        // A target of money alone knows no design load: unused capacity explains at most the gap above it.
        var unused = had is { There: > 0 and var all, Busy: { } busy } ? Math.Clamp(1 - busy / all, 0, 1) * plainCost : 0;
        plainShare = plainCost > 0 ? Math.Clamp(plainGap, 0, unused) / plainCost : 0;
        weighting = there is null ? default : LeftByRounding(uses);
    }

    /// <summary>Accelerator-hours that the hour's work should have taken at full load.</summary>
    public decimal Standard { get; }

    /// <summary>Accelerator-hours that were busy.</summary>
    public decimal Busy { get; }

    /// <returns>By <see cref="VarianceEffect"/>.</returns>
    public decimal[] Of(TargetedUse use) => use.Modelled is { } target ? Modelled(use, target) : Plain(use);

    private decimal[] Plain(TargetedUse use)
    {
        var effects = new decimal[Effects];
        effects[(int)VarianceEffect.Utilisation] = Rounded(plainShare * use.TimeCost);
        effects[(int)VarianceEffect.Unexplained] = use.Gap - effects[(int)VarianceEffect.Utilisation];
        return effects;
    }

    private decimal[] Modelled(TargetedUse use, ModelledTarget target)
    {
        var effects = new decimal[Effects];
        var asked = use.Asked;
        if (there is { } all)
        {
            // At the target's price: the accelerators that were there; the busy ones, and those that the work should have kept busy, at design utilisation.
            var (price, full) = (use.HourShare * use.AcceleratorHour, use.HourShare * use.AcceleratorHour / target.Utilisation);
            Set(VarianceEffect.Price, use.TimeCost + use.TokenCost - price * all);
            Set(VarianceEffect.Utilisation, price * all - full * Busy);
            Set(VarianceEffect.Throughput, full * (Busy - Standard));
            Set(VarianceEffect.Weighting, Weighting(use, target));
            if (ReferenceEquals(use, weighting.Use)) effects[(int)VarianceEffect.Weighting] -= weighting.Left;
        }
        else
        {
            // Paid by the token, so that nothing stands idle: what is left beside the mix is the price.
            Set(VarianceEffect.Price, use.TimeCost + use.TokenCost - asked.Asked);
        }

        Set(VarianceEffect.ClassMix, asked.ClassMix);
        Set(VarianceEffect.LengthMix, asked.LengthMix);
        Set(VarianceEffect.Cache, asked.Cache);
        effects[Largest(effects)] += use.Gap - effects.Sum();
        Invariant.Require(effects.Sum() == use.Gap, "variance effects sum to actual less target");
        return effects;

        void Set(VarianceEffect effect, decimal amount) => effects[(int)effect] = Rounded(amount);
    }

    /// <summary>What weights move must go on summing to nothing, so it is the last to take what rounding leaves.</summary>
    private static int Largest(decimal[] effects)
    {
        var (largest, weighting) = (0, (int)VarianceEffect.Weighting);
        for (var i = 1; i < effects.Length; i++)
        {
            if (i != weighting && Math.Abs(effects[i]) > Math.Abs(effects[largest])) largest = i;
        }

        return effects[largest] == 0 ? weighting : largest;
    }

    private decimal Weighting(TargetedUse use, ModelledTarget target) =>
        use.HourShare * use.AcceleratorHour / target.Utilisation * Standard - use.Asked.Asked;

    /// <summary>Where one rate holds for all, what weights move sums to nothing, once the largest took what rounding leaves.</summary>
    private (TargetedUse? Use, decimal Left) LeftByRounding(IReadOnlyList<TargetedUse> uses)
    {
        var (largest, most, left, rate) = ((TargetedUse?)null, -1m, 0m, (decimal?)null);
        foreach (var use in uses)
        {
            if (use.Modelled is not { } target) continue;
            var own = use.AcceleratorHour / target.Utilisation;
            if (rate is { } other && other != own) return default;
            rate = own;
            var moved = Rounded(Weighting(use, target));
            left += moved;
            if (Math.Abs(moved) > most) (largest, most) = (use, Math.Abs(moved));
        }

        // Without work in the hour there is nothing to share, and more than rounding is left.
        return Standard == 0 ? default : (largest, left);
    }

    private static decimal Rounded(decimal amount) => decimal.Round(amount, Money.AllocationDecimals, MidpointRounding.ToEven);
}
