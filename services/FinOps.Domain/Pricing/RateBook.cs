using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Every model's rate cards, each from its date on.</summary>
public sealed class RateBook
{
    private readonly Dictionary<ModelId, Timeline<RateCard>> models;

    /// <param name="recorded">In the order of their recording.</param>
    public RateBook(IEnumerable<RateCard> recorded) =>
        models = recorded.GroupBy(c => c.Model)
            .ToDictionary(g => g.Key, g => new Timeline<RateCard>(g.Select(c => (QuarterHour.Holding(c.From), c))));

    public IEnumerable<ModelId> Models => models.Keys;

    /// <returns>Null when the model has none by then.</returns>
    public RateCard? At(ModelId model, QuarterHour slot) => models.TryGetValue(model, out var cards) ? cards.At(slot) : null;

    /// <returns>The model's cards by date, superseded ones left out.</returns>
    public IReadOnlyList<RateCard> Cards(ModelId model) => models.TryGetValue(model, out var cards) ? cards.Values : [];

    /// <returns>The stretches of the window in which one card of the model holds.</returns>
    public IEnumerable<(QuarterHour First, QuarterHour End, RateCard Card)> Within(ModelId model, Window window) =>
        models.TryGetValue(model, out var cards) ? cards.Between(window.FirstSlot, window.EndSlot) : [];

    public Price PriceOf(ModelId model, UnitClass unitClass, QuarterHour slot) => At(model, slot) switch
    {
        { } card => card.PriceOf(unitClass),
        null when unitClass.Side == UnitSide.Other => new Price.NotCharged(),
        null => new Price.Unpriced($"{model} has no rate card at {slot.Start:yyyy-MM-dd'T'HH:mm'Z'}."),
    };
}
