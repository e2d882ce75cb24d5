using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>What a model's tokens are sold for from an instant on, until its end or the next card for the same ones.</summary>
public sealed class RateCard
{
    private readonly PriceTable prices;
    private readonly decimal markupFactor;

    public RateCard(RateCardTerms terms)
    {
        Terms = terms;
        Used = new CardUsed(terms.Model, 0, terms.From);
        Rates = terms.Rows.Where(r => r.Key.IsBase).ToDictionary(r => r.Key.Class, r => r.Rate);
        prices = new PriceTable(terms);
        markupFactor = (100m + terms.MarkupPercent.GetValueOrDefault()) * 0.01m;
    }

    /// <summary>The plain card: one rate per class.</summary>
    public RateCard(ModelId model, DateTimeOffset from, Currency currency, IReadOnlyDictionary<UnitClass, Rate> rates)
        : this(new RateCardTerms
        {
            Model = model,
            From = from,
            Currency = currency,
            Rows = [.. rates.Select(r => new RateRow(new RateKey(r.Key, 0, ServiceTier.Standard, 0), r.Value)).OrderBy(r => r.Key)],
        })
    {
    }

    /// <summary>The ordinal among the model's cards as they were recorded; 0 before it is in a book.</summary>
    public int Version { get; private init; }

    public RateCardTerms Terms { get; }

    /// <summary>Its name; one object, since a million cells refer to it.</summary>
    public CardUsed Used { get; private init; }

    public ModelId Model => Terms.Model;

    public DateTimeOffset From => Terms.From;

    public Currency Currency => Terms.Currency;

    /// <summary>The base rates that were set; inherited ones are not among them, nor those of a context, a tier or a volume.</summary>
    public IReadOnlyDictionary<UnitClass, Rate> Rates { get; }

    /// <summary>Whether a charge depends on the units of the month before it.</summary>
    public bool IsGraduated => prices.IsGraduated;

    /// <summary>Whether it charges by cost instead of by rates.</summary>
    public bool IsMarkup => Terms.MarkupPercent is not null;

    public bool Holds(QuarterHour slot) => slot.Start >= From && (Terms.To is not { } to || slot.Start < to);

    public Price PriceOf(UnitClass unitClass, RateClass rateClass = default) => prices.Of(rateClass)[unitClass.Ordinal];

    /// <summary>The charge of standard records of any length.</summary>
    public Charge ChargeFor(Quantities quantities) => ChargeFor(quantities, default);

    /// <param name="quantities">Of one rate class.</param>
    /// <param name="rateClass">Which.</param>
    /// <param name="month">The units before these, to which these are added. Needed where the card is graduated.</param>
    public Charge ChargeFor(Quantities quantities, RateClass rateClass, UnitsOfMonth? month = null)
    {
        Invariant.Require(!IsMarkup, "a markup charges by cost, not by rates");
        Invariant.Require(month is not null || !IsGraduated, "a graduated charge knows the units of the month before it");
        var amount = 0m;
        long unpriced = 0, inherited = 0;
        var ofClass = prices.Of(rateClass);
        foreach (var unitClass in UnitClass.All)
        {
            var quantity = quantities[unitClass];
            if (quantity == 0) continue;
            switch (ofClass[unitClass.Ordinal])
            {
                case Price.Priced priced:
                    var counted = priced.Inherited ? unitClass.Parent! : unitClass;
                    amount += priced.Graduation is { } steps ? steps.ChargeFor(month![counted], quantity) : priced.Rate.PerUnit * quantity;
                    month?.Count(counted, quantity);
                    if (priced.Inherited) inherited += quantity;
                    break;
                case Price.Unpriced:
                    unpriced += quantity;
                    month?.Count(unitClass, quantity);
                    break;
                case Price.NotCharged:
                    month?.Count(unitClass, quantity);
                    break;
            }
        }

        return new Charge(amount, unpriced, inherited);
    }

    /// <summary>The exact product of what usage cost and the markup's factor.</summary>
    public decimal ChargeForCost(decimal cost)
    {
        Invariant.Require(IsMarkup, "rates do not charge by cost");
        return cost * markupFactor;
    }

    /// <summary>Whether setting the other again would change nothing.</summary>
    public bool SaysTheSameAs(RateCard other) =>
        From == other.From && Terms.To == other.Terms.To && Terms.EndsWithoutSuccessor == other.Terms.EndsWithoutSuccessor
        && HasTheRatesOf(other);

    /// <summary>Whether it prices alike, from whenever.</summary>
    public bool HasTheRatesOf(RateCard other) => Terms.PricesAs(other.Terms);

    internal RateCard Numbered(int version) => new(this, version);

    private RateCard(RateCard card, int version)
    {
        (Terms, Rates, prices, markupFactor) = (card.Terms, card.Rates, card.prices, card.markupFactor);
        Version = version;
        Used = new CardUsed(card.Model, version, card.From);
    }
}
