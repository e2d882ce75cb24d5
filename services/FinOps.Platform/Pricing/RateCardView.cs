using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>A rate card as GraphQL shows it, with the rates that classes inherit.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The ordinal among the model's cards as they were recorded.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive; null is open, until the next card for the same ones.</param>
/// <param name="EndsWithoutSuccessor">Whether it was said that the model is unpriced from `to` on.</param>
/// <param name="Currency">Of the rates.</param>
/// <param name="ModelAliases">Other names under which the model's usage may come.</param>
/// <param name="Tenant">Whom it is for; null is everyone, or a contract's tenants.</param>
/// <param name="Contract">Whose tenants it is for.</param>
/// <param name="Tenants">The contract's tenants, as far as the key may see them.</param>
/// <param name="Rates">The base rate of each class, own or inherited; then those of a context, a tier or a volume, as they were set.</param>
/// <param name="Discounts">Off the standard rates.</param>
/// <param name="FreeUnitsPerMonth">The first units of a class in a month, free.</param>
/// <param name="MarkupPercent">Over cost; null where rates charge.</param>
/// <param name="Rounding">For `chargeRounded`.</param>
[Name("RateCard")]
public sealed record RateCardView(
    string Model, int Version, DateTimeOffset From, DateTimeOffset? To, bool EndsWithoutSuccessor, string Currency,
    IReadOnlyList<string> ModelAliases, string? Tenant, string? Contract, IReadOnlyList<string>? Tenants, IReadOnlyList<RateView> Rates,
    IReadOnlyList<DiscountView> Discounts, IReadOnlyList<FreeUnitsView> FreeUnitsPerMonth, decimal? MarkupPercent, RoundingView? Rounding)
{
    /// <param name="card">In its book.</param>
    /// <param name="tenants">Those that may be named; null is all.</param>
    internal static RateCardView Of(RateCard card, IReadOnlyList<TenantId>? tenants = null)
    {
        var terms = card.Terms;
        var contract = terms.Scope as CardScope.OfContract;
        return new RateCardView(
            card.Model.Value, card.Version, card.From, terms.To, terms.EndsWithoutSuccessor, card.Currency.Code,
            [.. terms.Aliases.Select(a => a.Value)], (terms.Scope as CardScope.OfTenant)?.Tenant.Value, contract?.Name,
            contract?.Having.Where(t => tenants?.Contains(t) ?? true).Select(t => t.Value).ToList(),
            [.. BaseRates(card), .. terms.Rows.Where(r => !r.Key.IsBase).Select(RateView.Of)],
            [.. terms.Discounts.OrderBy(d => d.Key).Select(d => new DiscountView(d.Key.Name(), d.Value))],
            [.. terms.FreeUnitsPerMonth.OrderBy(f => f.Key.Ordinal).Select(f => new FreeUnitsView(f.Key.Name, f.Value))],
            terms.MarkupPercent, terms.Rounding is { } rounding ? new RoundingView(rounding.Decimals, rounding.Mode) : null);
    }

    private static IEnumerable<RateView> BaseRates(RateCard card) =>
        UnitClass.All.Select(c => (c.Name, Price: card.PriceOf(c) as Price.Priced)).Where(c => c.Price is not null)
            .Select(c => new RateView(c.Name, c.Price!.Rate.PerUnit, c.Price.Rate.PerUnit * 1_000_000m, c.Price.Inherited, null, null, null));
}

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="PerUnit">Exact.</param>
/// <param name="PerMillion">The same, for people.</param>
/// <param name="Inherited">Whether it is the parent class's.</param>
/// <param name="ContextAboveTokens">For records with more input tokens; null is any.</param>
/// <param name="ServiceTier">Null is standard.</param>
/// <param name="VolumeAboveUnits">For the units of a month beyond so many; null is from the first.</param>
[Name("Rate")]
public sealed record RateView(
    string UnitClass, decimal PerUnit, decimal PerMillion, bool Inherited, int? ContextAboveTokens, string? ServiceTier, long? VolumeAboveUnits)
{
    internal static RateView Of(RateRow row) => new(
        row.Key.Class.Name, row.Rate.PerUnit, row.Rate.PerUnit * 1_000_000m, false,
        row.Key.ContextAboveTokens == 0 ? null : row.Key.ContextAboveTokens,
        row.Key.Tier == Domain.Pricing.ServiceTier.Standard ? null : row.Key.Tier.Name(),
        row.Key.VolumeAboveUnits == 0 ? null : row.Key.VolumeAboveUnits);
}

/// <summary>A service tier's percent off the standard rates.</summary>
[Name("Discount")]
public sealed record DiscountView(string ServiceTier, decimal Percent);

/// <summary>The first units of a class in a month, free.</summary>
[Name("FreeUnits")]
public sealed record FreeUnitsView(string UnitClass, long Units);

/// <summary>How a charge is rounded where it is shown rounded.</summary>
[Name("Rounding")]
public sealed record RoundingView(int Decimals, RoundingMode Mode);
