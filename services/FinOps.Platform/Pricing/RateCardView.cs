using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>A rate card as GraphQL shows it, with the rates that classes inherit.</summary>
[Name("RateCard")]
public sealed record RateCardView(string Model, DateTimeOffset From, string Currency, IReadOnlyList<RateView> Rates)
{
    internal static RateCardView Of(RateCard card) => new(
        card.Model.Value, card.From, card.Currency.Code,
        [
            .. UnitClass.All.Select(c => (c.Name, Price: card.PriceOf(c) as Price.Priced)).Where(c => c.Price is not null)
                .Select(c => new RateView(c.Name, c.Price!.Rate.PerUnit, c.Price.Rate.PerUnit * 1_000_000m, c.Price.Inherited)),
        ]);
}

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="PerUnit">Exact.</param>
/// <param name="PerMillion">The same, for people.</param>
/// <param name="Inherited">Whether it is the parent class's.</param>
[Name("Rate")]
public sealed record RateView(string UnitClass, decimal PerUnit, decimal PerMillion, bool Inherited);
