using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing;

public sealed class RateCardTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 8, 13, 7, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_charge_is_the_exact_sum_of_rate_times_quantity()
    {
        var card = Card(new SetRate("uncachedInput", 0.0000000000000001m, null), new SetRate("output", null, 2.5m));

        var charge = card.ChargeFor(Quantities.Of((UnitClass.UncachedInput, 3), (UnitClass.Output, 7)));

        Assert.Equal(0.0000000000000003m + 0.0000175m, charge.Amount);
        Assert.Equal(0, charge.UnpricedTokens);
    }

    [Fact]
    public void A_class_without_a_rate_takes_its_parents_and_says_so()
    {
        var card = Card(new SetRate("uncachedInput", null, 1m), new SetRate("cacheRead", null, 0.1m), new SetRate("output", null, 4m));

        Assert.Equal(new Price.Priced(new Rate(0.000004m, Currency.Usd), Inherited: true), card.PriceOf(UnitClass.Reasoning));
        Assert.Equal(new Price.Priced(new Rate(0.000001m, Currency.Usd), Inherited: true), card.PriceOf(UnitClass.CacheWrite));
        Assert.Equal(new Price.Priced(new Rate(0.0000001m, Currency.Usd), Inherited: false), card.PriceOf(UnitClass.CacheRead));
        Assert.Equal(10, card.ChargeFor(Quantities.Of((UnitClass.Image, 10), (UnitClass.Output, 5))).InheritedTokens);
    }

    [Fact]
    public void A_class_is_unpriced_only_when_its_parent_has_no_rate_either()
    {
        var card = Card(new SetRate("uncachedInput", null, 1m));

        Assert.IsType<Price.Unpriced>(card.PriceOf(UnitClass.Output));
        Assert.IsType<Price.Unpriced>(card.PriceOf(UnitClass.Reasoning));
        var charge = card.ChargeFor(Quantities.Of((UnitClass.UncachedInput, 2), (UnitClass.Output, 3), (UnitClass.Reasoning, 4)));
        Assert.Equal((0.000002m, 7L), (charge.Amount, charge.UnpricedTokens));
    }

    [Fact]
    public void Requests_and_seconds_without_a_rate_are_not_charged_and_not_unpriced()
    {
        var card = Card(new SetRate("uncachedInput", null, 1m), new SetRate("requests", 0.01m, null));

        Assert.IsType<Price.NotCharged>(card.PriceOf(UnitClass.Seconds));
        var charge = card.ChargeFor(Quantities.Of((UnitClass.Requests, 2), (UnitClass.Seconds, 60)));
        Assert.Equal(new Charge(0.02m, 0, 0), charge);
    }

    [Fact]
    public void A_later_card_supersedes_from_its_date_and_the_same_date_again_replaces()
    {
        var book = new RateBook(
        [
            Set(Start, 1m), Set(Start.AddDays(2), 3m), Set(Start.AddDays(1), 2m), Set(Start.AddDays(2), 4m),
        ]);

        Assert.Null(book.At(new ModelId("m"), QuarterHour.Holding(Start.AddMinutes(-1))));
        Assert.Equal([1m, 2m, 4m], new[] { 0, 1, 2 }.Select(d => PerMillion(book, Start.AddDays(d))));
        Assert.Equal(2m, PerMillion(book, Start.AddDays(2).AddTicks(-1)));
        Assert.Equal(3, book.Cards(new ModelId("m")).Count);
    }

    [Fact]
    public void A_model_without_a_card_is_unpriced_never_free()
    {
        var book = new RateBook([Set(Start, 1m)]);

        Assert.IsType<Price.Unpriced>(book.PriceOf(new ModelId("other"), UnitClass.UncachedInput, QuarterHour.Holding(Now)));
        Assert.IsType<Price.Unpriced>(book.PriceOf(new ModelId("m"), UnitClass.UncachedInput, QuarterHour.Holding(Start.AddDays(-1))));
    }

    [Fact]
    public void A_card_that_starts_off_a_boundary_is_refused_with_the_next_one_named()
    {
        var refused = Assert.Throws<RejectedException>(() =>
            new SetRateCard("m", Start.AddSeconds(1), "USD", [new SetRate("output", 1m, null)]).Decide(Now));

        var rejection = Assert.Single(refused.Rejections);
        Assert.Equal("from", rejection.Field);
        Assert.Contains("2026-03-01T00:15:00Z", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_failure_of_a_command_is_told_at_once_with_its_field()
    {
        var refused = Assert.Throws<RejectedException>(() => new SetRateCard("", null, "usd",
        [
            new SetRate("tokens", 1m, null),
            new SetRate("output", 1m, 1m),
            new SetRate("cacheRead", -1m, null),
            new SetRate("image", 0.00000000000000001m, null),
            new SetRate("uncachedInput", null, 0.00000000001m),
            new SetRate("uncachedInput", null, 1m),
        ]).Decide(Now));

        Assert.Equal(
            [
                "model", "currency", "rates[0].unitClass", "rates[1].perUnit", "rates[2].perUnit", "rates[3].perUnit", "rates[4].perMillion",
                "rates[5].unitClass",
            ],
            refused.Rejections.Select(r => r.Field));
    }

    [Fact]
    public void A_card_without_a_date_holds_for_the_whole_day_it_is_recorded_on() =>
        Assert.Equal(new DateTimeOffset(2026, 3, 8, 0, 0, 0, TimeSpan.Zero), Set(null, 1m).From);

    [Fact]
    public void Sixteen_decimals_per_unit_are_ten_per_million()
    {
        var card = Card(new SetRate("output", null, 0.0000000001m));

        Assert.Equal(0.0000000000000001m, card.Rates[UnitClass.Output].PerUnit);
        Assert.Equal(4m * 0.0000000000000001m, card.ChargeFor(Quantities.Of((UnitClass.Output, 4))).Amount);
    }

    [Fact]
    public void Charges_add_up_however_usage_is_cut()
    {
        var card = Card(new SetRate("uncachedInput", 0.0000012345678901m, null), new SetRate("output", null, 7.7777777777m));
        CsCheck.Check.Sample(Gens.Quantities.Array[1, 8], parts =>
        {
            var whole = parts.Aggregate(Quantities.Zero, (sum, part) => sum + part);
            var charges = parts.Select(card.ChargeFor).ToList();
            return card.ChargeFor(whole).Amount == charges.Sum(c => c.Amount)
                && card.ChargeFor(whole).InheritedTokens == charges.Sum(c => c.InheritedTokens);
        });
    }

    private static RateCard Card(params SetRate[] rates) => new SetRateCard("m", Start, "USD", rates).Decide(Now);

    private static RateCard Set(DateTimeOffset? from, decimal perMillion) =>
        new SetRateCard("m", from, "USD", [new SetRate("uncachedInput", null, perMillion)]).Decide(Now);

    private static decimal PerMillion(RateBook book, DateTimeOffset at) =>
        Assert.IsType<Price.Priced>(book.PriceOf(new ModelId("m"), UnitClass.UncachedInput, QuarterHour.Holding(at))).Rate.PerUnit * 1_000_000m;
}
