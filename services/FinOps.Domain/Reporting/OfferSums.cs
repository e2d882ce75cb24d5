using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What the usage of a report would have cost by each of some offers, in the cells of the report: the same usage, other prices.</summary>
/// <param name="question">The report's.</param>
/// <param name="books">Rate cards, and which fleets are known.</param>
/// <param name="offers">In the order of the answer.</param>
public sealed class OfferSums(UnitCostQuestion question, Books books, IReadOnlyList<ServerlessOffer> offers)
{
    private readonly Dictionary<CellKey, OfferCost[]> cells = [];

    /// <summary>Of the offers; null where none has a price.</summary>
    public Currency? Currency { get; private set; }

    /// <summary>Adds the usage of one fleet, or of none, as the report does.</summary>
    /// <exception cref="RejectedException">Two offers are in two currencies.</exception>
    public void Add(FleetId? fleet, IReadOnlyList<UsageSlot> usage)
    {
        var kind = fleet is { } known && books.Fleets.IsRegistered(known) ? RowKind.Usage : RowKind.Unattributed;
        foreach (var slot in usage)
        {
            if (!question.Window.Holds(slot.Slot) || !question.Shows(slot.Series)) continue;
            var key = question.KeyOf(kind, slot.Series, slot.Slot);
            if (!cells.TryGetValue(key, out var costs)) cells[key] = costs = new OfferCost[offers.Count];
            for (var i = 0; i < costs.Length; i++)
            {
                var charge = offers[i].ChargeFor(books.Rates, slot);
                costs[i] = new OfferCost(costs[i].Amount + charge.Amount, costs[i].UnpricedTokens + charge.UnpricedTokens);
                if (offers[i].CurrencyAt(books.Rates, slot.Slot) is { } currency) Count(currency, i);
            }
        }
    }

    /// <returns>By offer; nothing for a row without usage.</returns>
    public IReadOnlyList<OfferCost> Of(CellKey key) => cells.TryGetValue(key, out var costs) ? costs : new OfferCost[offers.Count];

    /// <returns>By offer, of all usage.</returns>
    public IReadOnlyList<OfferCost> Total() =>
        [.. Enumerable.Range(0, offers.Count).Select(i => new OfferCost(cells.Values.Sum(c => c[i].Amount), cells.Values.Sum(c => c[i].UnpricedTokens)))];

    private void Count(Currency other, int offer)
    {
        if (Currency is { } one && one != other)
            throw new RejectedException(new Rejection("currency_mixed", $"offers[{offer}].currency", $"Offer '{offers[offer].Name}' is in {other}, another in {one}; compare offers of one currency."));
        Currency = other;
    }
}

/// <param name="Amount">Exact; of priced tokens only.</param>
/// <param name="UnpricedTokens">Tokens for which the offer has no price.</param>
public readonly record struct OfferCost(decimal Amount, long UnpricedTokens);

/// <summary>An offer beside what the tokens really cost. Own cost is taken as fixed: more tokens would not make it more.</summary>
/// <param name="Cost">What the offer would have cost; null where it has no price for some of the tokens.</param>
/// <param name="Difference">That, less the actual cost: above zero, own is cheaper.</param>
/// <param name="BreakEvenLoad">How many times the tokens there were would make both cost the same.</param>
/// <param name="BreakEvenTokensPerHour">The same as tokens per hour.</param>
public sealed record OfferVerdict(decimal? Cost, decimal? Difference, decimal? BreakEvenLoad, decimal? BreakEvenTokensPerHour)
{
    /// <param name="offer">What the offer takes.</param>
    /// <param name="actualCost">Null where it is not known.</param>
    /// <param name="tokens">How many there were.</param>
    /// <param name="hours">In how long.</param>
    public static OfferVerdict Of(OfferCost offer, decimal? actualCost, long tokens, decimal hours)
    {
        if (offer.UnpricedTokens > 0) return new OfferVerdict(null, null, null, null);
        if (actualCost is not { } actual) return new OfferVerdict(offer.Amount, null, null, null);
        if (offer.Amount == 0) return new OfferVerdict(0, -actual, null, null);
        // Divided last: the load is a quotient already.
        return new OfferVerdict(offer.Amount, offer.Amount - actual, UnitCostCell.Figure(actual / offer.Amount), hours == 0 ? null : UnitCostCell.Figure(actual / offer.Amount * tokens / hours));
    }
}
