using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing.Catalogues;

/// <summary>The catalogue's prices as a rate card, and a rate card's as the catalogue would give them.</summary>
internal static class CatalogueCards
{
    /// <summary>The catalogue is in dollars; it does not say so per entry.</summary>
    public static readonly Currency Currency = Currency.Usd;

    /// <returns>The rates of the card that a catalogue could have set.</returns>
    public static IReadOnlyDictionary<CatalogueKey, decimal> RatesOf(RateCard card) => card.Terms.Rows
        .ToDictionary(r => new CatalogueKey(r.Key.Class, r.Key.ContextAboveTokens, r.Key.Tier), r => r.Rate.PerUnit);

    /// <summary>An import replaces a card; what somebody agreed beyond rates would be lost with it.</summary>
    /// <returns>Why the card must not be replaced by an import; null when it may.</returns>
    public static (string Code, string Reason)? Obstacle(RateCard card) => card switch
    {
        _ when card.Currency != Currency => ("other_currency", $"Its rate card is in {card.Currency}, the catalogue in {Currency}."),
        { Terms: { MarkupPercent: null, Rounding: null, To: null, Discounts.Count: 0, FreeUnitsPerMonth.Count: 0, Aliases.Count: 0 } terms }
            when terms.Rows.All(r => r.Key.VolumeAboveUnits == 0) => null,
        _ => ("has_other_terms", "Its rate card says what no catalogue can (an end, aliases, discounts, free units, rates by volume, a markup, a rounding); set it by hand."),
    };

    /// <exception cref="RejectedException">The model's card would not be accepted from a person either.</exception>
    public static RateCard CardOf(CatalogueModel model, DateTimeOffset from, DateTimeOffset now) =>
        new SetRateCard(model.Model.Value, from, Currency.Code, [.. model.Rates.OrderBy(r => r.Key).Select(r => Row(r.Key, r.Value))]).Decide(now);

    private static SetRate Row(CatalogueKey key, decimal perUnit) => new(
        key.Class.Name, perUnit, null, key.ContextAboveTokens == 0 ? null : key.ContextAboveTokens,
        key.Tier == ServiceTier.Standard ? null : key.Tier.Name());
}
