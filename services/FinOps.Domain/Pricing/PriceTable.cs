using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>
/// The price of each unit class for each rate class. A record is priced whole: its class takes the row of its service tier with the highest
/// context not above its band; without one the standard row, chosen alike, less the card's discount for the tier; and without that the same
/// two of its parent class.
/// </summary>
internal sealed class PriceTable
{
    private static readonly int Tiers = Enum.GetValues<ServiceTier>().Length;

    private readonly RateCardTerms terms;
    private readonly Price[][] byRateClass; // One for all where no row tells them apart.

    public PriceTable(RateCardTerms terms)
    {
        this.terms = terms;
        var isPlain = terms.Discounts.Count == 0 && terms.Rows.All(r => r.Key is { Tier: ServiceTier.Standard, ContextAboveTokens: 0 });
        byRateClass = isPlain
            ? [PricesOf(default)]
            : [.. RateClass.ContextBoundaries.SelectMany(b => Enum.GetValues<ServiceTier>().Select(t => PricesOf(new RateClass(b, t))))];
        IsGraduated = byRateClass.Any(prices => prices.Any(p => p is Price.Priced { Graduation: not null }));
    }

    public bool IsGraduated { get; }

    /// <returns>By ordinal of the unit class.</returns>
    public Price[] Of(RateClass rateClass) => byRateClass.Length == 1 ? byRateClass[0] : byRateClass[PlaceOf(rateClass)];

    private static int PlaceOf(RateClass rateClass)
    {
        var band = RateClass.ContextBoundaries.Count - 1;
        while (RateClass.ContextBoundaries[band] > rateClass.ContextAboveTokens) band--;
        return band * Tiers + (int)rateClass.Tier;
    }

    private Price[] PricesOf(RateClass rateClass) => [.. UnitClass.All.Select(c => PriceOf(c, rateClass))];

    private Price PriceOf(UnitClass unitClass, RateClass rateClass)
    {
        if (Own(unitClass, rateClass, inherited: false) is { } own) return own;
        if (unitClass.Side == UnitSide.Other) return new Price.NotCharged();
        if (unitClass.Parent is { } parent && Own(parent, rateClass, inherited: true) is { } parents) return parents;
        return new Price.Unpriced($"The card of {terms.Model} has no rate for {unitClass.Parent ?? unitClass}.");
    }

    private Price.Priced? Own(UnitClass unitClass, RateClass rateClass, bool inherited)
    {
        if (Steps(unitClass, rateClass) is { Count: > 0 } ofTier) return Priced(unitClass, ofTier, discount: 0, inherited);
        var standard = Steps(unitClass, rateClass with { Tier = ServiceTier.Standard });
        return standard.Count == 0 ? null : Priced(unitClass, standard, terms.Discounts.GetValueOrDefault(rateClass.Tier), inherited);
    }

    /// <summary>The rows of the tier with the highest context that the record lies above, by volume.</summary>
    private List<RateRow> Steps(UnitClass unitClass, RateClass rateClass) =>
        [.. terms.Rows
            .Where(r => r.Key.Class == unitClass && r.Key.Tier == rateClass.Tier && r.Key.ContextAboveTokens <= rateClass.ContextAboveTokens)
            .GroupBy(r => r.Key.ContextAboveTokens).OrderByDescending(g => g.Key).Take(1)
            .SelectMany(g => g.OrderBy(r => r.Key.VolumeAboveUnits))];

    private Price.Priced Priced(UnitClass unitClass, List<RateRow> rows, decimal discount, bool inherited)
    {
        var steps = rows.Select(r => (r.Key.VolumeAboveUnits, PerUnit: RateCardTerms.Discounted(r.Rate.PerUnit, discount))).ToList();
        var free = terms.FreeUnitsPerMonth.GetValueOrDefault(unitClass);
        return new Price.Priced(
            new Rate(steps[0].PerUnit, terms.Currency), inherited,
            steps.Count > 1 || free > 0 ? new Graduation(free, steps) : null);
    }
}
