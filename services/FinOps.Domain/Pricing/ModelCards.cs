using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>The cards of one model: those for everyone, those of contracts and those of tenants, each from its date on.</summary>
internal sealed class ModelCards
{
    private readonly Dictionary<string, Timeline<RateCard>> scopes;

    /// <param name="model">The model.</param>
    /// <param name="recorded">In the order of their recording.</param>
    public ModelCards(ModelId model, IReadOnlyList<RateCard> recorded)
    {
        Model = model;
        scopes = recorded.GroupBy(c => c.Terms.Scope.Key)
            .ToDictionary(g => g.Key, g => new Timeline<RateCard>(g.Select(c => (QuarterHour.Holding(c.From), c))));
        All = [.. scopes.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Value.Values)];
        Aliases = [.. All.SelectMany(c => c.Terms.Aliases).Distinct()];
        if (All.All(c => c.Terms.Scope is CardScope.General)) Plain = new MeterRates(Changes.Distinct().Select(slot => (slot, At(slot, null))));
    }

    public ModelId Model { get; }

    /// <summary>By scope and date, superseded ones left out.</summary>
    public IReadOnlyList<RateCard> All { get; }

    /// <summary>Claimed by any card at any time.</summary>
    public IReadOnlyList<ModelId> Aliases { get; }

    /// <summary>What prices everyone's usage, where all cards are for everyone; else null.</summary>
    public MeterRates? Plain { get; }

    /// <summary>Where a card begins or ends.</summary>
    public IEnumerable<QuarterHour> Changes =>
        All.Select(c => c.From).Concat(All.Select(c => c.Terms.To).OfType<DateTimeOffset>()).Select(QuarterHour.Holding);

    /// <returns>The tenant's own card, else its contract's, else the general one; null where none holds.</returns>
    public RateCard? At(QuarterHour slot, TenantId? tenant)
    {
        if (scopes.Count == 1 && scopes.TryGetValue("", out var general)) return Holding(general, slot);
        return Applying(slot, tenant).MaxBy(c => Rank(c.Terms.Scope));
    }

    /// <returns>Whether a card that applies to the tenant says that the name is the model's.</returns>
    public bool Claims(ModelId alias, QuarterHour slot, TenantId? tenant) => Applying(slot, tenant).Any(c => c.Terms.Aliases.Contains(alias));

    public Timeline<RateCard>? Of(CardScope scope) => scopes.GetValueOrDefault(scope.Key);

    public DateTimeOffset? EndOf(RateCard card)
    {
        var next = scopes[card.Terms.Scope.Key].Values.FirstOrDefault(c => c.From > card.From)?.From;
        return card.Terms.To is { } to && (next is not { } start || to < start) ? to : next;
    }

    private IEnumerable<RateCard> Applying(QuarterHour slot, TenantId? tenant) => scopes.Values.Select(s => Holding(s, slot)).OfType<RateCard>()
        .Where(c => tenant is { } known ? c.Terms.Scope.Holds(known) : c.Terms.Scope is CardScope.General);

    private static RateCard? Holding(Timeline<RateCard> cards, QuarterHour slot) =>
        cards.At(slot) is { } card && card.Holds(slot) ? card : null;

    private static int Rank(CardScope scope) => scope switch
    {
        CardScope.General => 0,
        CardScope.OfContract => 1,
        CardScope.OfTenant => 2,
        _ => throw new InvalidOperationException($"{scope.GetType().Name} has no rank."),
    };
}
