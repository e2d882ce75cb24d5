using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Platform.Pricing;

/// <summary>
/// Stored as <c>rate_card_set_v1</c> in the stream <c>rate-card/{model}</c>: what a model is sold for from an instant on. What the first
/// cards did not know is null in theirs.
/// </summary>
public sealed record RateCardSet(
    string Model, DateTimeOffset From, string Currency, IReadOnlyList<RateCardSet.ClassRate> Rates,
    DateTimeOffset RecordedAt, string RecordedBy) : IBookEvent
{
    /// <summary>Cards with aliases are decided on the cards of all models, one after the other.</summary>
    private const string AllCards = "rate-card/";

    public DateTimeOffset? To { get; init; }

    public bool? EndsWithoutSuccessor { get; init; }

    public IReadOnlyList<string>? ModelAliases { get; init; }

    public string? Tenant { get; init; }

    public string? Contract { get; init; }

    public IReadOnlyList<string>? Tenants { get; init; }

    public IReadOnlyList<TierDiscount>? Discounts { get; init; }

    public IReadOnlyList<ClassFreeUnits>? FreeUnitsPerMonth { get; init; }

    public decimal? MarkupPercent { get; init; }

    public StoredRounding? Rounding { get; init; }

    /// <param name="UnitClass">The class's name on the wire.</param>
    /// <param name="PerUnit">Never an inherited one, nor a discounted one.</param>
    /// <param name="ContextAboveTokens">Null is any record.</param>
    /// <param name="ServiceTier">Null is standard.</param>
    /// <param name="VolumeAboveUnits">Null is from the month's first unit.</param>
    public sealed record ClassRate(
        string UnitClass, decimal PerUnit, int? ContextAboveTokens = null, string? ServiceTier = null, long? VolumeAboveUnits = null);

    /// <summary>A service tier's percent off the standard rates.</summary>
    public sealed record TierDiscount(string ServiceTier, decimal Percent);

    /// <summary>The first units of a class in a month, free.</summary>
    public sealed record ClassFreeUnits(string UnitClass, long Units);

    /// <summary>How a charge is rounded where it is shown rounded.</summary>
    public sealed record StoredRounding(int Decimals, string Mode);

    /// <param name="card">What was decided.</param>
    /// <param name="isDated">Whether the sender said from when; if not, a card that already prices alike that day is the same card.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    /// <exception cref="RejectedException">When it is recorded: the card does not go together with those that there are.</exception>
    internal static BookEntry Entry(RateCard card, bool isDated, DateTimeOffset now, string by) => new(
        $"rate-card/{card.Model}",
        Of(card.Terms, now, by),
        books =>
        {
            var isKnown = isDated
                ? books.Rates.Cards(card.Model).Any(card.SaysTheSameAs)
                : books.Rates.Current(card, QuarterHour.Holding(card.From)) is { } current && current.Terms.To == card.Terms.To && card.HasTheRatesOf(current);
            if (!isKnown) RateCardRules.Require(books.Rates, card);
            return !isKnown;
        },
        card.Terms.Aliases.Count > 0 ? AllCards : null);

    /// <summary>A card that was decided before: what was good then is a fact for ever.</summary>
    internal RateCard ToCard()
    {
        var currency = new Currency(Currency);
        return new RateCard(new RateCardTerms
        {
            Model = new ModelId(Model),
            From = From,
            To = To,
            EndsWithoutSuccessor = EndsWithoutSuccessor ?? false,
            Currency = currency,
            Scope = this switch
            {
                { Tenant: { } tenant } => new CardScope.OfTenant(new TenantId(tenant)),
                { Contract: { } contract } => new CardScope.OfContract(contract, [.. (Tenants ?? []).Select(t => new TenantId(t))]),
                _ => CardScope.All,
            },
            Aliases = [.. (ModelAliases ?? []).Select(a => new ModelId(a))],
            Rows =
            [
                .. Rates.Select(r => new RateRow(
                    new RateKey(Class(r.UnitClass), r.ContextAboveTokens ?? 0, Tier(r.ServiceTier), r.VolumeAboveUnits ?? 0),
                    new Rate(r.PerUnit, currency))).OrderBy(r => r.Key),
            ],
            Discounts = (Discounts ?? []).ToDictionary(d => Tier(d.ServiceTier), d => d.Percent),
            FreeUnitsPerMonth = (FreeUnitsPerMonth ?? []).ToDictionary(f => Class(f.UnitClass), f => f.Units),
            MarkupPercent = MarkupPercent,
            Rounding = Rounding is { } rounding ? new Rounding(rounding.Decimals, Enum.Parse<RoundingMode>(rounding.Mode)) : null,
        });
    }

    private static RateCardSet Of(RateCardTerms terms, DateTimeOffset now, string by) => new(
        terms.Model.Value, terms.From, terms.Currency.Code,
        [
            .. terms.Rows.Select(r => new ClassRate(
                r.Key.Class.Name, r.Rate.PerUnit, r.Key.ContextAboveTokens == 0 ? null : r.Key.ContextAboveTokens,
                r.Key.Tier == Domain.Pricing.ServiceTier.Standard ? null : r.Key.Tier.Name(),
                r.Key.VolumeAboveUnits == 0 ? null : r.Key.VolumeAboveUnits)),
        ],
        now, by)
    {
        To = terms.To,
        EndsWithoutSuccessor = terms.EndsWithoutSuccessor ? true : null,
        ModelAliases = OrNull(terms.Aliases.Select(a => a.Value)),
        Tenant = (terms.Scope as CardScope.OfTenant)?.Tenant.Value,
        Contract = (terms.Scope as CardScope.OfContract)?.Name,
        Tenants = OrNull((terms.Scope as CardScope.OfContract)?.Having.Select(t => t.Value) ?? []),
        Discounts = OrNull(terms.Discounts.OrderBy(d => d.Key).Select(d => new TierDiscount(d.Key.Name(), d.Value))),
        FreeUnitsPerMonth = OrNull(terms.FreeUnitsPerMonth.OrderBy(f => f.Key.Ordinal).Select(f => new ClassFreeUnits(f.Key.Name, f.Value))),
        MarkupPercent = terms.MarkupPercent,
        Rounding = terms.Rounding is { } rounding ? new StoredRounding(rounding.Decimals, rounding.Mode.ToString()) : null,
    };

    private static List<T>? OrNull<T>(IEnumerable<T> list) => list.ToList() is { Count: > 0 } some ? some : null;

    private UnitClass Class(string name) =>
        UnitClass.Find(name)
        ?? throw new InvalidOperationException($"A stored rate card of {Model} prices '{name}', which is no unit class.");

    private ServiceTier Tier(string? name) => name is null
        ? Domain.Pricing.ServiceTier.Standard
        : ServiceTiers.Find(name) ?? throw new InvalidOperationException($"A stored rate card of {Model} prices '{name}', which is no service tier.");
}
