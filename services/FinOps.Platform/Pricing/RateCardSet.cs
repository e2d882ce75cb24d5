using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Platform.Pricing;

/// <summary>Stored as <c>rate_card_set_v1</c> in the stream <c>rate-card/{model}</c>: a model's rates from an instant on.</summary>
public sealed record RateCardSet(
    string Model, DateTimeOffset From, string Currency, IReadOnlyList<RateCardSet.ClassRate> Rates,
    DateTimeOffset RecordedAt, string RecordedBy) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.RateCard, Model: Model);

    /// <param name="UnitClass">The class's name on the wire.</param>
    /// <param name="PerUnit">Never an inherited one.</param>
    public sealed record ClassRate(string UnitClass, decimal PerUnit);

    /// <param name="card">What was decided.</param>
    /// <param name="isDated">Whether the sender said from when; if not, a card that already prices alike that day is the same card.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    internal static BookEntry Entry(RateCard card, bool isDated, DateTimeOffset now, string by) => new(
        $"rate-card/{card.Model}",
        new RateCardSet(
            card.Model.Value, card.From, card.Currency.Code,
            [.. card.Rates.OrderBy(r => r.Key.Ordinal).Select(r => new ClassRate(r.Key.Name, r.Value.PerUnit))], now, by),
        books => isDated
            ? !books.Rates.Cards(card.Model).Any(card.SaysTheSameAs)
            : books.Rates.At(card.Model, QuarterHour.Holding(card.From)) is not { } current || !card.HasTheRatesOf(current));

    internal RateCard ToCard()
    {
        var currency = new Currency(Currency);
        return new RateCard(
            new ModelId(Model), From, currency, Rates.ToDictionary(r => Class(r.UnitClass), r => new Rate(r.PerUnit, currency)));
    }

    private UnitClass Class(string name) =>
        UnitClass.Find(name)
        ?? throw new InvalidOperationException($"A stored rate card of {Model} prices '{name}', which is no unit class.");
}
