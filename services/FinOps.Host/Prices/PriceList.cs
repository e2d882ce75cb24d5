using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Host.Prices;

/// <summary>What a list asks per million units: a base, and other prices where the call's input lies above a length.</summary>
internal sealed record ListedRate(decimal PerMillion, IReadOnlyList<(long Above, decimal PerMillion)> Tiers)
{
    public decimal For(long inputTotal) =>
        Tiers.Where(t => inputTotal > t.Above).OrderBy(t => t.Above).Select(t => (decimal?)t.PerMillion).LastOrDefault() ?? PerMillion;
}

/// <summary>When prices of a list hold: from a day on, or within hours of the day, UTC; both null is always.</summary>
internal sealed record PriceDates(DateOnly? From, (TimeOnly Start, TimeOnly End)? Hours)
{
    public static readonly PriceDates Always = new(null, null);

    public bool Hold(DateTimeOffset at) =>
        (From is not { } from || DateOnly.FromDateTime(at.UtcDateTime) >= from)
        && (Hours is not { } hours || TimeOnly.FromDateTime(at.UtcDateTime).IsBetween(hours.Start, hours.End));
}

/// <param name="Dates">When they hold.</param>
/// <param name="Rates">Of calls of the standard tier, and of others without rates of their own.</param>
internal sealed record DatedPrices(PriceDates Dates, IReadOnlyDictionary<UnitClass, ListedRate> Rates)
{
    /// <summary>Rates that only calls of a service tier have.</summary>
    public IReadOnlyDictionary<ServiceTier, IReadOnlyDictionary<UnitClass, ListedRate>> ByTier { get; init; } =
        new Dictionary<ServiceTier, IReadOnlyDictionary<UnitClass, ListedRate>>();

    /// <returns>The card of a call with so much input, of the tier.</returns>
    /// <exception cref="RejectedException">A price has more decimals than a rate may have.</exception>
    public RateCard CardFor(string model, long inputTotal, ServiceTier tier)
    {
        var rates = new Dictionary<UnitClass, ListedRate>(Rates);
        foreach (var (unitClass, rate) in ByTier.GetValueOrDefault(tier) ?? new Dictionary<UnitClass, ListedRate>()) rates[unitClass] = rate;
        return new RateCard(
            new ModelId(model), DateTimeOffset.UnixEpoch, Currency.Usd,
            rates.ToDictionary(r => r.Key, r => new Rate(r.Value.For(inputTotal) * 0.000001m, Currency.Usd)));
    }
}

/// <param name="Id">The list's name for it.</param>
/// <param name="Match">Which names mean it.</param>
/// <param name="Prices">Of those whose dates hold, the last counts.</param>
internal sealed record ListedModel(string Id, ModelMatch Match, IReadOnlyList<DatedPrices> Prices)
{
    public DatedPrices? At(DateTimeOffset at) => Prices.LastOrDefault(p => p.Dates.Hold(at));
}

/// <param name="Id">The list's name for it.</param>
/// <param name="Flavors">Its APIs; null: whatever style a body has.</param>
/// <param name="Models">In the order in which they are tried.</param>
/// <param name="Fallbacks">Providers whose models it serves, too, at their prices.</param>
internal sealed record ListedProvider(
    string Id, IReadOnlyList<string>? Flavors, IReadOnlyList<ListedModel> Models, IReadOnlyList<string> Fallbacks);

/// <summary>A catalogue of prices, whatever file it came from.</summary>
/// <param name="Providers">By position in the file.</param>
/// <param name="Unread">Kinds of prices in it that are not read, with how many entries have one.</param>
internal sealed record PriceList(IReadOnlyList<ListedProvider> Providers, IReadOnlyDictionary<string, int> Unread)
{
    /// <returns>The provider's entry for the model, else that of a provider whose models it serves; null when there is none.</returns>
    public ListedModel? Find(ListedProvider provider, string model) =>
        provider.Models.FirstOrDefault(m => m.Match.Matches(model))
        ?? provider.Fallbacks.SelectMany(f => Providers.Where(p => p.Id == f)).SelectMany(p => p.Models).FirstOrDefault(m => m.Match.Matches(model));
}
