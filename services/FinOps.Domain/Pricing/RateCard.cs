using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>The rate of one unit class, or why there is none.</summary>
public abstract record Price
{
    private Price()
    {
    }

    /// <param name="Rate">Per unit.</param>
    /// <param name="Inherited">Whether it is the parent class's.</param>
    public sealed record Priced(Rate Rate, bool Inherited) : Price;

    /// <summary>A token class without a rate, whose parent has none either. Shown, never taken for zero.</summary>
    public sealed record Unpriced(string Reason) : Price;

    /// <summary>Requests and seconds are charged only where the card says so.</summary>
    public sealed record NotCharged : Price;
}

/// <summary>A charge in the card's currency, and how many tokens it stands on.</summary>
/// <param name="Amount">The exact sum of rate × quantity; of priced classes only.</param>
/// <param name="UnpricedTokens">Tokens of classes without a rate.</param>
/// <param name="InheritedTokens">Tokens that took their parent class's rate.</param>
public readonly record struct Charge(decimal Amount, long UnpricedTokens, long InheritedTokens);

/// <summary>What a model's tokens are sold for from an instant on, until its next card.</summary>
public sealed class RateCard
{
    private readonly Price[] prices;

    public RateCard(ModelId model, DateTimeOffset from, Currency currency, IReadOnlyDictionary<UnitClass, Rate> rates)
    {
        Model = model;
        From = from;
        Currency = currency;
        Rates = rates;
        prices = [.. UnitClass.All.Select(PriceFrom)];
    }

    public ModelId Model { get; }

    public DateTimeOffset From { get; }

    public Currency Currency { get; }

    /// <summary>The rates that were set; inherited ones are not among them.</summary>
    public IReadOnlyDictionary<UnitClass, Rate> Rates { get; }

    public Price PriceOf(UnitClass unitClass) => prices[unitClass.Ordinal];

    public Charge ChargeFor(Quantities quantities)
    {
        var amount = 0m;
        long unpriced = 0, inherited = 0;
        foreach (var unitClass in UnitClass.All)
        {
            var quantity = quantities[unitClass];
            if (quantity == 0) continue;
            switch (prices[unitClass.Ordinal])
            {
                case Price.Priced priced:
                    amount += priced.Rate.PerUnit * quantity;
                    if (priced.Inherited) inherited += quantity;
                    break;
                case Price.Unpriced:
                    unpriced += quantity;
                    break;
            }
        }

        return new Charge(amount, unpriced, inherited);
    }

    /// <summary>Whether setting the other again would change nothing.</summary>
    public bool SaysTheSameAs(RateCard other) =>
        Model == other.Model && From == other.From && HasTheRatesOf(other);

    /// <summary>Whether it prices alike, from whenever.</summary>
    public bool HasTheRatesOf(RateCard other) =>
        Currency == other.Currency && Rates.Count == other.Rates.Count
        && Rates.All(r => other.Rates.TryGetValue(r.Key, out var rate) && rate == r.Value);

    private Price PriceFrom(UnitClass unitClass)
    {
        if (Rates.TryGetValue(unitClass, out var own)) return new Price.Priced(own, Inherited: false);
        if (unitClass.Side == UnitSide.Other) return new Price.NotCharged();
        if (unitClass.Parent is { } parent && Rates.TryGetValue(parent, out var parents)) return new Price.Priced(parents, Inherited: true);
        return new Price.Unpriced($"The card of {Model} has no rate for {unitClass.Parent ?? unitClass}.");
    }
}
