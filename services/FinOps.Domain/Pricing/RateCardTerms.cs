using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>What a rate card says, in one order, so that two that say the same look the same.</summary>
public sealed record RateCardTerms
{
    /// <summary>Ten times the cost on top of it is a slip.</summary>
    public const decimal MaxMarkupPercent = 1_000m;

    public required ModelId Model { get; init; }

    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive; null is open.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>From <see cref="To"/> on the model is unpriced, and that is meant.</summary>
    public bool EndsWithoutSuccessor { get; init; }

    public required Currency Currency { get; init; }

    public CardScope Scope { get; init; } = CardScope.All;

    /// <summary>Ordinal.</summary>
    public IReadOnlyList<ModelId> Aliases { get; init; } = [];

    /// <summary>The rates that were set, by key; none of a markup.</summary>
    public IReadOnlyList<RateRow> Rows { get; init; } = [];

    /// <summary>In percent off the standard rates.</summary>
    public IReadOnlyDictionary<ServiceTier, decimal> Discounts { get; init; } = new Dictionary<ServiceTier, decimal>();

    public IReadOnlyDictionary<UnitClass, long> FreeUnitsPerMonth { get; init; } = new Dictionary<UnitClass, long>();

    /// <summary>Over the cost of the usage; null where rates charge.</summary>
    public decimal? MarkupPercent { get; init; }

    public Rounding? Rounding { get; init; }

    /// <summary>Exact: a rate has 16 decimals at most, a percent 4.</summary>
    internal static decimal Discounted(decimal perUnit, decimal percent) =>
        percent == 0 ? perUnit : perUnit * (100m - percent) * 0.01m;

    /// <summary>Whether setting the other would charge alike, from whenever and until whenever.</summary>
    public bool PricesAs(RateCardTerms other) =>
        Model == other.Model && Scope.Equals(other.Scope) && Currency == other.Currency && MarkupPercent == other.MarkupPercent
        && Rounding == other.Rounding && Aliases.SequenceEqual(other.Aliases) && Rows.SequenceEqual(other.Rows)
        && Same(Discounts, other.Discounts) && Same(FreeUnitsPerMonth, other.FreeUnitsPerMonth);

    private static bool Same<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> one, IReadOnlyDictionary<TKey, TValue> other)
        where TValue : struct =>
        one.Count == other.Count && one.All(p => other.TryGetValue(p.Key, out var value) && value.Equals(p.Value));
}
