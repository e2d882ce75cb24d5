using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing;

public sealed class RateCardRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_open_card_is_superseded_by_any_later_one() => Allow(Card(3), Card(0), Card(6));

    [Fact]
    public void A_card_that_says_until_when_it_holds_is_not_cut_short_by_another()
    {
        Refuse(Card(3), "from", "rate_cards_overlap", Card(0, 6), Card(6));
        Refuse(Card(0, 6), "to", "rate_cards_overlap", Card(3));
        Allow(Card(6), Card(0, 6), Card(9));
        Allow(Card(0, 6), Card(6));
        Allow(Card(3) with { Tenant = "acme" }, Card(0, 6), Card(6)); // another scope is no overlap
    }

    [Fact]
    public void The_same_start_again_replaces_and_is_no_overlap() => Allow(Card(0, 3), Card(0, 6), Card(3));

    [Fact]
    public void A_card_that_ends_needs_a_successor_or_the_word_that_none_is_meant()
    {
        Refuse(Card(0, 3), "to", "rate_card_without_successor");
        Refuse(Card(0, 3), "to", "rate_card_without_successor", Card(4)); // a day between them is unpriced
        Allow(Card(0, 3), Card(3));
        Allow(Card(0, 3) with { EndsWithoutSuccessor = true });
    }

    [Fact]
    public void What_an_override_ends_in_may_be_the_general_card()
    {
        Allow(Card(1, 3) with { Tenant = "acme" }, Card(0));
        Allow(Card(1, 3) with { Contract = "c", Tenants = ["acme", "globex"] }, Card(0, 5), Card(5));
        Refuse(Card(1, 3) with { Tenant = "acme" }, "to", "rate_card_without_successor");
        Refuse(Card(1, 3) with { Contract = "c", Tenants = ["acme", "globex"] }, "to", "rate_card_without_successor", Card(0) with { Tenant = "acme" });
    }

    [Fact]
    public void An_alias_belongs_to_one_model_at_a_time()
    {
        var other = Card(0, 3) with { Model = "n", ModelAliases = ["a"] };

        Refuse(Card(2) with { ModelAliases = ["a", "b"] }, "modelAliases", "alias_contradictory", other);
        Allow(Card(3) with { ModelAliases = ["a", "b"] }, other);
        Allow(Card(2) with { ModelAliases = ["a"], Tenant = "acme" }, other with { Tenant = "globex" });
        Refuse(Card(2) with { ModelAliases = ["a"], Tenant = "acme" }, "modelAliases", "alias_contradictory", other with { Contract = "c", Tenants = ["acme"] });
        Allow(Card(2) with { ModelAliases = ["a"] }, Card(0) with { ModelAliases = ["a"] });
    }

    [Fact]
    public void A_tenant_has_one_contract_per_model_at_a_time()
    {
        var other = Card(0) with { Contract = "one", Tenants = ["acme", "globex"] };

        Refuse(Card(2) with { Contract = "two", Tenants = ["globex"] }, "tenants", "contracts_overlap", other);
        Allow(Card(2) with { Contract = "two", Tenants = ["initech"] }, other);
        Allow(Card(2) with { Contract = "one", Tenants = ["globex"] }, other);
        Allow(Card(2) with { Contract = "two", Tenants = ["globex"] }, other, Card(2) with { Contract = "one", Tenants = ["acme"] });
        Allow(Card(2) with { Tenant = "globex" }, other);
    }

    [Fact]
    public void Every_card_in_the_way_is_told_at_once()
    {
        var refused = Assert.Throws<RejectedException>(() => RateCardRules.Require(
            Book(Card(0, 3), Card(3), Card(0) with { Model = "n", ModelAliases = ["a"] }, Card(0) with { Model = "o", ModelAliases = ["b"] }),
            (Card(1, 4) with { ModelAliases = ["a", "b"] }).Decide(Start)));

        Assert.Equal(["from", "to", "modelAliases", "modelAliases"], refused.Rejections.Select(r => r.Field));
        Assert.Contains("2026-03-04T00:00:00Z", refused.Rejections[1].Message, StringComparison.Ordinal);
        Assert.Contains(" a, which is an alias of n ", refused.Rejections[2].Message, StringComparison.Ordinal);
    }

    private static SetRateCard Card(int fromDay, int? toDay = null) =>
        new("m", Start.AddDays(fromDay), "USD", [new SetRate("output", 1m, null)]) { To = toDay is { } to ? Start.AddDays(to) : null };

    private static RateBook Book(params SetRateCard[] cards) => new(cards.Select(c => c.Decide(Start)));

    private static void Allow(SetRateCard card, params SetRateCard[] recorded) => RateCardRules.Require(Book(recorded), card.Decide(Start));

    private static void Refuse(SetRateCard card, string field, string code, params SetRateCard[] recorded)
    {
        var rejection = Assert.Single(Assert.Throws<RejectedException>(() => Allow(card, recorded)).Rejections);
        Assert.Equal((field, code), (rejection.Field, rejection.Code));
    }
}
