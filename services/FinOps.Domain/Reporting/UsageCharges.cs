using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What usage is charged by the card that prices it: by rates, by the units of its month, or by its cost.</summary>
internal sealed class UsageCharges(UnitCostQuestion question, RateBook book)
{
    private readonly Dictionary<UsageSeries, MeterRates> rates = new(ReferenceEqualityComparer.Instance);
    private readonly GraduatedCharges graduated = new();

    /// <returns>Null where none prices it.</returns>
    public RateCard? CardOf(UsageSlot usage)
    {
        if (!rates.TryGetValue(usage.Series, out var known)) rates[usage.Series] = known = book.Of(usage.Series.Tenant, usage.Series.Model);
        return known.At(usage.Slot);
    }

    /// <returns>Whether some is charged by its cost.</returns>
    public bool NeedCost(IEnumerable<UsageSlot> usage) => book.HasMarkup && usage.Any(u => CardOf(u) is { IsMarkup: true });

    /// <param name="card">Not graduated.</param>
    /// <param name="usage">What it prices.</param>
    /// <param name="cost">Its part of the hour's cost; null where that is not known.</param>
    /// <returns>Null where a markup finds no cost in its currency: what is not costed yet is unpriced.</returns>
    public Charge? Of(RateCard card, UsageSlot usage, Money? cost)
    {
        if (!card.IsMarkup) return card.ChargeFor(usage.Quantities, usage.Series.RateClass);
        if (cost is not { } known) return null;
        if (known.Currency == card.Currency) return new Charge(card.ChargeForCost(known.Amount), 0, 0);
        return question.ChargeCurrency is null
            ? throw CurrencyMix.Rejected(known.Currency, card.Currency, $"the rate card of {card.Model}")
            : null;
    }

    /// <returns>Null where the card is not graduated.</returns>
    public Charge? InOrder(RateCard? card, UsageSlot usage) => graduated.Of(card, usage);
}
