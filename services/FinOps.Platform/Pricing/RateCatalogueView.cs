using FinOps.Domain.Pricing;
using FinOps.Domain.Pricing.Catalogues;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>What a price catalogue would change, and the digest with which exactly that can be imported.</summary>
/// <param name="Digest">Of what would be written, on these books.</param>
/// <param name="From">From when on the rates would hold.</param>
/// <param name="Currency">The catalogue's.</param>
/// <param name="New">Models without a rate card then.</param>
/// <param name="Changed">Models whose card says something else.</param>
/// <param name="Unchanged">Models whose card says the same.</param>
/// <param name="Skipped">Models that are left alone, and why.</param>
/// <param name="UnreadPrices">Kinds of prices that are not read.</param>
[Name("RateCataloguePreview")]
public sealed record RateCatalogueView(
    string Digest, DateTimeOffset From, string Currency, IReadOnlyList<CatalogueCardView> New, IReadOnlyList<CatalogueCardView> Changed,
    IReadOnlyList<string> Unchanged, IReadOnlyList<SkippedModelView> Skipped, IReadOnlyList<UnreadPriceView> UnreadPrices)
{
    internal static RateCatalogueView Of(CatalogueImport import) => new(
        import.Digest, import.From, Domain.Values.Currency.Usd.Code, [.. import.Diff.New.Select(CatalogueCardView.Of)],
        [.. import.Diff.Changed.Select(CatalogueCardView.Of)], [.. import.Diff.Unchanged.Select(m => m.Value)],
        [.. import.Diff.Skipped.Select(s => new SkippedModelView(s.Model, s.Code, s.Reason))],
        [.. import.Unread.Select(u => new UnreadPriceView(u.Key, u.Value))]);
}

/// <param name="Model">Whose card.</param>
/// <param name="Rates">Those that would be set, changed or dropped.</param>
[Name("CatalogueCard")]
public sealed record CatalogueCardView(string Model, IReadOnlyList<CatalogueRateView> Rates)
{
    internal static CatalogueCardView Of(CardChange change) => new(change.Model.Model.Value, [.. change.Rates.Select(CatalogueRateView.Of)]);
}

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="ContextAboveTokens">For calls whose input lies above so many tokens; null is any.</param>
/// <param name="ServiceTier"><c>batch</c>, <c>flex</c> or <c>priority</c>; null is standard.</param>
/// <param name="Before">Per unit; null where there was no rate.</param>
/// <param name="After">Per unit; null where there will be none.</param>
/// <param name="PercentChange">With two decimals; null where one is missing, or it was 0.</param>
[Name("CatalogueRate")]
public sealed record CatalogueRateView(
    string UnitClass, int? ContextAboveTokens, string? ServiceTier, decimal? Before, decimal? After, decimal? PercentChange)
{
    internal static CatalogueRateView Of(RateChange change) => new(
        change.Key.Class.Name, change.Key.ContextAboveTokens == 0 ? null : change.Key.ContextAboveTokens,
        change.Key.Tier == Domain.Pricing.ServiceTier.Standard ? null : change.Key.Tier.Name(),
        change.Before, change.After, change.Percent);
}

/// <param name="Model">The catalogue's name.</param>
/// <param name="Code">snake_case, stable: <c>free</c>, <c>implausible</c>, <c>no_token_price</c> …</param>
/// <param name="Reason">For a person.</param>
[Name("SkippedModel")]
public sealed record SkippedModelView(string Model, string Code, string Reason);

/// <param name="Name">The catalogue's name of the kind of price.</param>
/// <param name="Models">How many have one that is not 0.</param>
[Name("UnreadPrice")]
public sealed record UnreadPriceView(string Name, long Models);

/// <summary>What an import wrote.</summary>
/// <param name="Digest">The preview's.</param>
/// <param name="From">From when on the rates hold.</param>
/// <param name="ImportedAt">When, in record time.</param>
/// <param name="ImportedBy">By whose credential.</param>
/// <param name="NewModels">Cards of models that had none.</param>
/// <param name="ChangedModels">Cards in place of others.</param>
/// <param name="UnchangedModels">Models whose card said the same already.</param>
/// <param name="SkippedModels">Models left alone.</param>
[Name("RateCatalogueImport")]
public sealed record RateCatalogueImported(
    string Digest, DateTimeOffset From, DateTimeOffset ImportedAt, string ImportedBy, long NewModels, long ChangedModels, long UnchangedModels,
    long SkippedModels);
