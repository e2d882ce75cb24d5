using System.Text;
using FinOps.Domain.Pricing;
using FinOps.Domain.Pricing.Catalogues;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing.Catalogues;

public sealed class ImportCatalogueTests
{
    private static readonly DateTimeOffset From = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2026, 7, 24, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_import_says_what_is_new_what_changes_and_by_how_much_and_what_stays()
    {
        var book = Book(Card("stays", ("uncachedInput", 0.000001m), ("output", 0.000002m)), Card("moves", ("uncachedInput", 0.000004m), ("output", 0.000008m), ("cacheRead", 0.0000004m)));

        var diff = Decide(
            """
            {"stays":{"input_cost_per_token":1e-6,"output_cost_per_token":2e-6},
             "moves":{"input_cost_per_token":3e-6,"output_cost_per_token":8e-6,"cache_creation_input_token_cost":5e-6},
             "comes":{"input_cost_per_token":7e-6},"free":{"input_cost_per_token":0}}
            """, book).Diff;

        Assert.Equal(["comes"], diff.New.Select(c => c.Model.Model.Value));
        Assert.Equal(["stays"], diff.Unchanged.Select(m => m.Value));
        Assert.Equal(["free"], diff.Skipped.Select(s => s.Model));
        Assert.Equal(
            ["uncachedInput 0.000004 0.000003 -25", "cacheRead 0.0000004  ", "cacheWrite  0.000005 "],
            Assert.Single(diff.Changed).Rates.Select(r => FormattableString.Invariant($"{r.Key} {r.Before} {r.After} {r.Percent:0.##}")));
    }

    [Fact]
    public void What_is_imported_again_changes_nothing()
    {
        const string Feed = """{"m":{"input_cost_per_token":3e-6,"output_cost_per_token":1.5e-5,"input_cost_per_token_above_200k_tokens":6e-6,"output_cost_per_token_batches":7e-6}}""";

        var first = Decide(Feed, Book());
        var again = Decide(Feed, Book([.. first.Cards(Now).Select(c => c.Card)]));

        Assert.Equal(["m"], again.Diff.Unchanged.Select(m => m.Value));
        Assert.Empty(again.Diff.Written);
        Assert.Empty(again.Cards(Now));
    }

    [Fact]
    public void A_decision_holds_only_on_the_books_that_it_was_made_on()
    {
        var set = Card("m", ("uncachedInput", 0.000002m));
        var import = Decide("""{"m":{"input_cost_per_token":3e-6}}""", Book(set));
        var change = import.Diff.Changed.Single();

        import.RequireStill(change, Book(set));
        Assert.Equal(("preview_outdated", "digest"), Refusal(() => import.RequireStill(change, Book())));
        Assert.Equal(("preview_outdated", "digest"), Refusal(() => import.RequireStill(change, Book(set, Card("m", ("uncachedInput", 0.0000021m))))));
    }

    [Fact]
    public void A_digest_stands_for_the_instant_the_books_and_the_prices()
    {
        const string Feed = """{"m":{"input_cost_per_token":3e-6}}""";
        var digest = Decide(Feed, Book()).Digest;

        Decide("""{ "m": { "input_cost_per_token": 0.0000030 }, "sample_spec": {} }""", Book()).Require(digest);
        CatalogueImport[] others =
        [
            Decide("""{"m":{"input_cost_per_token":4e-6}}""", Book()),
            Decide(Feed, Book(Card("m", ("uncachedInput", 0.000002m)))),
            Decide(Feed, Book(), from: From.AddMinutes(15)),
        ];
        foreach (var other in others)
            Assert.Equal(("preview_outdated", "digest"), Refusal(() => other.Require(digest)));
    }

    [Fact]
    public void Prices_that_moved_far_are_refused_until_they_are_accepted()
    {
        var book = Book(Card("a", ("uncachedInput", 0.000001m), ("output", 0.000002m)), Card("b", ("uncachedInput", 0.000001m)));
        const string Feed = """{"a":{"input_cost_per_token":1.01e-5,"output_cost_per_token":2e-6},"b":{"input_cost_per_token":1e-5}}""";

        var refused = Assert.Throws<RejectedException>(() => Decide(Feed, book));

        Assert.Equal(["catalogue", "catalogue.a.uncachedInput"], refused.Rejections.Select(r => r.Field));
        Assert.Contains("1 of 3 known prices", refused.Rejections[0].Message, StringComparison.Ordinal);
        Assert.Equal(2, Decide(Feed, book, accept: true).Diff.Changed.Count);
    }

    [Fact]
    public void A_few_prices_among_many_may_move_far()
    {
        var names = Enumerable.Range(0, 20).Select(i => $"m{i:00}").ToList();
        var book = Book([.. names.Select(n => Card(n, ("uncachedInput", 0.000001m)))]);
        var feed = string.Join(',', names.Select((n, i) => $"\"{n}\":{{\"input_cost_per_token\":{(i == 0 ? "1e-4" : "1e-6")}}}"));

        Assert.Single(Decide($"{{{feed}}}", book).Diff.Changed);
    }

    [Fact]
    public void A_card_in_another_currency_is_left_alone()
    {
        var euros = new SetRateCard("m", From, "EUR", [new("uncachedInput", 0.000001m, null)]).Decide(Now);

        Assert.Equal("other_currency", Assert.Single(Decide("""{"m":{"input_cost_per_token":2e-6}}""", Book(euros)).Diff.Skipped).Code);
    }

    [Fact]
    public void An_instant_off_a_boundary_is_refused() =>
        Assert.Equal(("off_boundary", "from"), Refusal(() => Decide("{}", Book(), from: From.AddMinutes(1))));

    private static CatalogueImport Decide(string feed, RateBook book, DateTimeOffset? from = null, bool accept = false) =>
        new ImportCatalogue(Encoding.UTF8.GetBytes(feed), new([], null, false), from ?? From, accept).Decide(book);

    private static RateBook Book(params RateCard[] cards) => new(cards);

    private static RateCard Card(string model, params (string Class, decimal PerUnit)[] rates) =>
        new SetRateCard(model, From.AddDays(-30), "USD", [.. rates.Select(r => new SetRate(r.Class, r.PerUnit, null))]).Decide(Now);

    private static (string, string) Refusal(Action action)
    {
        var rejection = Assert.Single(Assert.Throws<RejectedException>(action).Rejections);
        return (rejection.Code, rejection.Field);
    }
}
