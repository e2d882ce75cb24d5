using System.Text;
using System.Text.Json;
using FinOps.Domain.Pricing;
using FinOps.Domain.Pricing.Catalogues;
using FinOps.Domain.Values;

namespace FinOps.Host.Prices;

/// <summary>
/// Reads the community's catalogue (LiteLLM's form) as a price list of one provider: a model means itself and no other name, whatever API
/// a body came from.
/// </summary>
internal static class LiteLlmPrices
{
    private const string Provider = "litellm";
    private const decimal Million = 1_000_000m;

    /// <exception cref="PriceFileException">The catalogue is refused, as an import of it would be; with each flaw.</exception>
    public static PriceList Read(JsonElement root, JsonPlace place)
    {
        try
        {
            var catalogue = ReadCatalogue.Of(Encoding.UTF8.GetBytes(root.GetRawText()), new CatalogueSelection([], null, IncludeFree: true));
            var models = catalogue.Models.Select(m => new ListedModel(
                m.Model.Value, ModelMatch.Exactly(m.Model.Value), [new DatedPrices(PriceDates.Always, Rates(m, ServiceTier.Standard)) { ByTier = Tiers(m) }]));
            return new PriceList([new ListedProvider(Provider, null, [.. models], [])], catalogue.Unread);
        }
        catch (RejectedException refused)
        {
            throw new PriceFileException(string.Join(Environment.NewLine, refused.Rejections.Select(r => $"{place.File}: {r.Field}: {r.Message}")), refused);
        }
    }

    private static Dictionary<ServiceTier, IReadOnlyDictionary<UnitClass, ListedRate>> Tiers(CatalogueModel model) =>
        model.Rates.Keys.Select(k => k.Tier).Distinct().Where(t => t != ServiceTier.Standard)
            .ToDictionary(t => t, t => (IReadOnlyDictionary<UnitClass, ListedRate>)Rates(model, t));

    private static Dictionary<UnitClass, ListedRate> Rates(CatalogueModel model, ServiceTier tier) =>
        model.Rates.Where(r => r.Key.Tier == tier).GroupBy(r => r.Key.Class).Select(g => (Class: g.Key, Rate: Rate(g))).Where(r => r.Rate is not null)
            .ToDictionary(r => r.Class, r => r.Rate!);

    /// <returns>Null where there are rates above some context only.</returns>
    private static ListedRate? Rate(IEnumerable<KeyValuePair<CatalogueKey, decimal>> rates)
    {
        var byContext = rates.ToDictionary(r => r.Key.ContextAboveTokens, r => r.Value * Million);
        return byContext.TryGetValue(0, out var first)
            ? new ListedRate(first, [.. byContext.Where(r => r.Key > 0).Select(r => ((long)r.Key, r.Value))]) : null;
    }
}
