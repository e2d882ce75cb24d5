using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Every model's rate cards, each from its date on, numbered per model as they were recorded.</summary>
public sealed class RateBook
{
    private readonly Dictionary<ModelId, ModelCards> models = [];
    private readonly ILookup<ModelId, ModelCards> claims;

    /// <param name="recorded">In the order of their recording.</param>
    public RateBook(IEnumerable<RateCard> recorded)
    {
        foreach (var ofModel in recorded.GroupBy(c => c.Model))
            models[ofModel.Key] = new ModelCards(ofModel.Key, [.. ofModel.Select((card, i) => card.Numbered(i + 1))]);
        claims = models.Values.SelectMany(m => m.Aliases.Select(a => (Alias: a, Cards: m))).OrderBy(c => c.Cards.Model.Value, StringComparer.Ordinal)
            .ToLookup(c => c.Alias, c => c.Cards);
        HasGraduated = models.Values.Any(m => m.All.Any(c => c.IsGraduated));
        HasAliases = claims.Count > 0;
        HasMarkup = models.Values.Any(m => m.All.Any(c => c.IsMarkup));
    }

    public IEnumerable<ModelId> Models => models.Keys;

    /// <summary>Whether any card charges by the units of the month.</summary>
    public bool HasGraduated { get; }

    /// <summary>Whether any card charges by cost.</summary>
    public bool HasMarkup { get; }

    /// <summary>Whether some card prices usage under other names than its model's.</summary>
    public bool HasAliases { get; }

    /// <param name="model">The name under which usage comes: the model's, or an alias without a card of its own.</param>
    /// <param name="slot">When.</param>
    /// <param name="tenant">Whose usage; null is anyone's, priced by the general cards.</param>
    /// <returns>Null when the model has no card then.</returns>
    public RateCard? At(ModelId model, QuarterHour slot, TenantId? tenant = null) =>
        models.GetValueOrDefault(model)?.At(slot, tenant)
        ?? claims[model].FirstOrDefault(m => m.Claims(model, slot, tenant))?.At(slot, tenant);

    /// <returns>The model's cards by scope and date, superseded ones left out.</returns>
    public IReadOnlyList<RateCard> Cards(ModelId model) => models.GetValueOrDefault(model)?.All ?? [];

    /// <returns>The card for the same ones as the given one that holds then, or that would if it had not ended.</returns>
    public RateCard? Current(RateCard like, QuarterHour slot) => models.GetValueOrDefault(like.Model)?.Of(like.Terms.Scope)?.At(slot);

    /// <returns>Cards of whichever model, in whatever time, that claims the name.</returns>
    public IEnumerable<RateCard> Claimants(ModelId alias) => claims[alias].SelectMany(m => m.All.Where(c => c.Terms.Aliases.Contains(alias)));

    /// <returns>When a card ends: where it says, or where the next one for the same ones begins; null is open.</returns>
    public DateTimeOffset? EndOf(RateCard card) => models[card.Model].EndOf(card);

    /// <returns>Which card prices the tenant's usage of the name, from when on.</returns>
    public MeterRates Of(TenantId tenant, ModelId model)
    {
        var own = models.GetValueOrDefault(model);
        if (own?.Plain is { } plain && !claims.Contains(model)) return plain;
        IEnumerable<ModelCards> concerned = own is null ? claims[model] : claims[model].Prepend(own);
        var changes = concerned.SelectMany(m => m.Changes).Distinct();
        return new MeterRates(changes.Select(slot => (slot, At(model, slot, tenant))));
    }

    public Price PriceOf(ModelId model, UnitClass unitClass, QuarterHour slot) => At(model, slot) switch
    {
        { } card => card.PriceOf(unitClass),
        null when unitClass.Side == UnitSide.Other => new Price.NotCharged(),
        null => new Price.Unpriced($"{model} has no rate card at {slot.Start:yyyy-MM-dd'T'HH:mm'Z'}."),
    };
}
