using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Whether a card goes together with what is recorded already: nothing has two prices, and no price ends unnoticed.</summary>
public static class RateCardRules
{
    /// <param name="book">The cards so far; of a card with aliases those of all models.</param>
    /// <param name="card">A card of the same start, model and scope is replaced by it.</param>
    /// <exception cref="RejectedException">Names each card that stands in the way, and what to do.</exception>
    public static void Require(RateBook book, RateCard card)
    {
        var checks = new Checks();
        var others = book.Cards(card.Model).Where(o => o.From != card.From || o.Terms.Scope.Key != card.Terms.Scope.Key).ToList();
        var siblings = others.Where(o => o.Terms.Scope.Key == card.Terms.Scope.Key).ToList();
        CheckOverlap(card, siblings, checks);
        CheckSuccessor(card, others, checks);
        CheckContracts(book, card, siblings, others, checks);
        CheckAliases(book, card, siblings, checks);
        checks.ThrowIfAny();
    }

    /// <summary>An open card is superseded by the next; one that says until when it holds is not cut short by another.</summary>
    private static void CheckOverlap(RateCard card, List<RateCard> siblings, Checks checks)
    {
        if (siblings.LastOrDefault(o => o.From < card.From) is { Terms.To: { } end } before && end > card.From)
        {
            checks.Fail(
                "rate_cards_overlap", "from",
                $"A card of {card.Model} holds from {Text(before.From)} until {Text(end)}; begin at its end, or set it again without `to` first, so that this one supersedes it.");
        }

        if (siblings.FirstOrDefault(o => o.From > card.From) is { } after && card.Terms.To > after.From)
        {
            checks.Fail(
                "rate_cards_overlap", "to",
                $"The next card of {card.Model} begins at {Text(after.From)}; end there, or leave `to` out, so that it supersedes this one.");
        }
    }

    private static void CheckSuccessor(RateCard card, List<RateCard> others, Checks checks)
    {
        if (card.Terms is not { To: { } to, EndsWithoutSuccessor: false }) return;
        var then = new RateBook([.. others, card]);
        var whose = card.Terms.Scope.Tenants is { } tenants ? tenants.Select(t => (TenantId?)t) : [null];
        if (whose.All(tenant => then.At(card.Model, QuarterHour.Holding(to), tenant) is not null)) return;
        checks.Fail(
            "rate_card_without_successor", "to",
            $"Nothing prices {card.Model} from {Text(to)} on; set the card that follows first, or leave `to` out, since a later card supersedes by itself, or say `endsWithoutSuccessor: true`.");
    }

    private static void CheckContracts(RateBook book, RateCard card, List<RateCard> siblings, List<RateCard> others, Checks checks)
    {
        if (card.Terms.Scope is not CardScope.OfContract contract) return;
        foreach (var other in others.Where(o => o.Terms.Scope is CardScope.OfContract && !siblings.Contains(o)))
        {
            var shared = contract.Tenants.Intersect(other.Terms.Scope.Tenants!).Select(t => t.Value).ToList();
            if (shared.Count == 0 || !Overlap(card, siblings, other, book)) continue;
            checks.Fail(
                "contracts_overlap", "tenants",
                $"{string.Join(", ", shared)}: contract '{((CardScope.OfContract)other.Terms.Scope).Name}' prices {card.Model} from {Text(other.From)} already; leave them out, or give them cards of their own with `tenant`.");
        }
    }

    private static void CheckAliases(RateBook book, RateCard card, List<RateCard> siblings, Checks checks)
    {
        foreach (var alias in card.Terms.Aliases)
        {
            var claimant = book.Claimants(alias)
                .FirstOrDefault(o => o.Model != card.Model && o.Terms.Scope.Meets(card.Terms.Scope) && Overlap(card, siblings, o, book));
            if (claimant is null) continue;
            checks.Fail(
                "alias_contradictory", "modelAliases",
                $"`modelAliases` names {alias}, which is an alias of {claimant.Model} from {Text(claimant.From)} on; take it out of one of the two.");
        }
    }

    private static bool Overlap(RateCard card, List<RateCard> siblings, RateCard other, RateBook book)
    {
        var next = siblings.FirstOrDefault(o => o.From > card.From)?.From;
        var end = card.Terms.To is { } to && (next is not { } start || to < start) ? to : next;
        return (book.EndOf(other) is not { } ends || card.From < ends) && (end is not { } until || other.From < until);
    }

    private static string Text(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
