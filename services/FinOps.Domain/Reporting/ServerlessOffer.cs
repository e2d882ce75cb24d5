using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>Somebody who would sell the same tokens.</summary>
/// <param name="Name">For people.</param>
/// <param name="Currency">Of its prices; of an offer by rate card null, since each card has its own.</param>
/// <param name="Prices">Either these,</param>
/// <param name="Card">or this model's rate cards, each from its date on.</param>
public sealed record ServerlessOffer(string Name, Currency? Currency, TokenPrices? Prices, ModelId? Card)
{
    /// <returns>What the usage would have cost; tokens without a price are counted, never free.</returns>
    public Charge ChargeFor(RateBook rates, UsageSlot usage)
    {
        if (Prices is { } prices) return new Charge(prices.CostOf(usage.Quantities), 0, 0);
        // What follows the units of a month, or a fleet's cost, is no price of a token.
        return rates.At(Card!.Value, usage.Slot) is { IsGraduated: false, IsMarkup: false } card
            ? card.ChargeFor(usage.Quantities, usage.Series.RateClass)
            : new Charge(0, usage.Quantities.Total, 0);
    }

    /// <returns>Null where no card of the model holds.</returns>
    public Currency? CurrencyAt(RateBook rates, QuarterHour slot) => Currency ?? rates.At(Card!.Value, slot)?.Currency;
}

/// <summary>Offers to compare, checked.</summary>
public static class SetServerlessOffers
{
    /// <summary>Offers of one comparison: a person reads them side by side.</summary>
    public const int Most = 20;

    /// <param name="offers">As asked.</param>
    /// <exception cref="RejectedException">With every failure at once.</exception>
    public static IReadOnlyList<ServerlessOffer> Decide(IReadOnlyList<SetServerlessOffer> offers)
    {
        var checks = new Checks();
        if (offers.Count is 0 or > Most) checks.Fail("offers_count", "offers", $"`offers` takes 1 to {Most} offers.");
        for (var i = 0; i < offers.Count; i++)
        {
            var (offer, field) = (offers[i], $"offers[{i}]");
            if (Name.Flaw(offer.Name) is { } flaw) checks.Fail("name_invalid", $"{field}.name", $"`{field}.name` {flaw}.");
            if (offers.Take(i).Any(o => o.Name == offer.Name)) checks.Fail("name_twice", $"{field}.name", $"`{field}.name` is '{offer.Name}' a second time.");
            if (offer.Prices is null == offer.Model is null)
                checks.Fail("offer_ambiguous", field, $"`{field}` needs either `prices` with `currency`, or `model`, whose rate cards are its prices.");
            if (offer.Model is not null && Name.Flaw(offer.Model) is { } bad) checks.Fail("model_invalid", $"{field}.model", $"`{field}.model` {bad}.");
            if (offer.Prices is null) continue;
            checks.CurrencyCode(offer.Currency, $"{field}.currency");
            SetTokenPrices.Check(offer.Prices, [], offer.Currency is not null && CostLineField.IsNearDollar(offer.Currency), checks, $"{field}.");
        }

        checks.ThrowIfAny();
        return
        [
            .. offers.Select(o => o.Prices is null
                ? new ServerlessOffer(o.Name, null, null, new ModelId(o.Model!))
                : new ServerlessOffer(o.Name, new Currency(o.Currency!), SetTokenPrices.ToPrices(o.Prices, []), null)),
        ];
    }
}

/// <param name="Name">For people.</param>
/// <param name="Currency">Of the prices.</param>
/// <param name="Prices">Either these,</param>
/// <param name="Model">or the rate cards of this model.</param>
public sealed record SetServerlessOffer(string Name, string? Currency, IReadOnlyList<SetTokenPrice>? Prices, string? Model);
