using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing;

public sealed class CardScopeTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_tenants_card_wins_over_its_contracts_and_that_over_the_general_one_each_while_it_holds()
    {
        var book = Book(
            Card(1m), Card(2m, 2, 8) with { Contract = "c", Tenants = ["acme", "globex"] }, Card(3m, 4, 6) with { Tenant = "acme" });

        Assert.Equal([1m, 2m, 3m, 2m, 1m], new[] { 0, 2, 4, 6, 8 }.Select(day => PerUnit(book, "m", day, "acme")));
        Assert.Equal([1m, 2m, 2m, 2m, 1m], new[] { 0, 2, 4, 6, 8 }.Select(day => PerUnit(book, "m", day, "globex")));
        Assert.All(Enumerable.Range(0, 10), day => Assert.Equal(1m, PerUnit(book, "m", day, "initech")));
        Assert.All(Enumerable.Range(0, 10), day => Assert.Equal(1m, book.At(new ModelId("m"), Slot(day))!.Rates[UnitClass.Output].PerUnit));
    }

    [Fact]
    public void A_contract_holds_for_the_tenants_that_its_card_of_the_time_names()
    {
        var book = Book(
            Card(1m), Card(2m, 2) with { Contract = "c", Tenants = ["acme"] }, Card(3m, 4) with { Contract = "c", Tenants = ["globex"] });

        Assert.Equal([2m, 1m], new[] { 2, 4 }.Select(day => PerUnit(book, "m", day, "acme")));
        Assert.Equal([1m, 3m], new[] { 2, 4 }.Select(day => PerUnit(book, "m", day, "globex")));
    }

    [Fact]
    public void An_alias_is_priced_as_its_model_unless_it_has_a_card_of_its_own()
    {
        var book = Book(
            Card(1m) with { ModelAliases = ["m-latest"] }, Card(2m, 2) with { Tenant = "acme" }, Card(9m, 4) with { Model = "m-latest" }, Card(5m, 6));

        Assert.Equal([1m, 2m, 9m, 9m], new[] { 0, 2, 4, 6 }.Select(day => PerUnit(book, "m-latest", day, "acme")));
        Assert.Equal("m", book.At(new ModelId("m-latest"), Slot(2), new TenantId("acme"))!.Model.Value);
        Assert.Null(book.At(new ModelId("m-other"), Slot(2)));
    }

    [Fact]
    public void An_alias_holds_only_while_a_card_says_so()
    {
        var book = Book(Card(1m) with { ModelAliases = ["a"] }, Card(2m, 3));

        Assert.Equal([1m, 0m], new[] { 2, 3 }.Select(day => PerUnit(book, "a", day, "acme")));
    }

    [Fact]
    public void A_card_with_an_end_prices_nothing_from_there_on()
    {
        var book = Book(Card(1m), Card(2m, 2, 4));

        Assert.Equal([1m, 2m, 0m], new[] { 1, 3, 4 }.Select(day => PerUnit(book, "m", day, "acme")));
        Assert.Equal(Start.AddDays(2), book.EndOf(book.Cards(new ModelId("m"))[0]));
        Assert.Equal(Start.AddDays(4), book.EndOf(book.Cards(new ModelId("m"))[1]));
    }

    [Fact]
    public void Versions_are_the_ordinals_of_recording_and_a_replaced_one_is_not_given_again()
    {
        var book = Book(Card(1m, 5), Card(2m, 1), Card(3m, 5), Card(9m) with { Model = "n" }, Card(4m) with { Tenant = "acme" });

        Assert.Equal([(2, 2m), (3, 3m), (4, 4m)], book.Cards(new ModelId("m")).Select(c => (c.Version, c.Rates[UnitClass.Output].PerUnit)));
        Assert.Equal(1, Assert.Single(book.Cards(new ModelId("n"))).Version);
    }

    [Fact]
    public void What_prices_a_meter_is_the_same_stretch_by_stretch_and_slot_by_slot()
    {
        var book = Book(
            Card(1m, 1) with { ModelAliases = ["a"] }, Card(2m, 2, 5) with { Tenant = "acme" }, Card(3m, 3, 4) with { Model = "a" }, Card(4m, 6, 8));

        foreach (var name in new[] { "m", "a", "z" })
        {
            var meter = book.Of(new TenantId("acme"), new ModelId(name));
            var stretches = meter.Between(Slot(0), Slot(10)).ToList();
            foreach (var slot in Enumerable.Range(Slot(0).Index, 960).Select(i => new QuarterHour(i)))
            {
                var card = book.At(new ModelId(name), slot, new TenantId("acme"));
                Assert.Same(card, meter.At(slot));
                Assert.Same(card, stretches.SingleOrDefault(s => slot >= s.First && slot < s.End).Card);
            }
        }
    }

    private static SetRateCard Card(decimal perUnit, int fromDay = 0, int? toDay = null) =>
        new("m", Start.AddDays(fromDay), "USD", [new SetRate("output", perUnit, null)]) { To = toDay is { } to ? Start.AddDays(to) : null };

    private static RateBook Book(params SetRateCard[] cards) => new(cards.Select(c => c.Decide(Start)));

    private static QuarterHour Slot(int day) => QuarterHour.Holding(Start.AddDays(day));

    /// <summary>Zero is no price.</summary>
    private static decimal PerUnit(RateBook book, string model, int day, string tenant) =>
        book.At(new ModelId(model), Slot(day), new TenantId(tenant))?.Rates[UnitClass.Output].PerUnit ?? 0;
}
