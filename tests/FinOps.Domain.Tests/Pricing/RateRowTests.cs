using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing;

public sealed class RateRowTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly RateCard Card = new SetRateCard("m", Start, "USD",
    [
        new SetRate("uncachedInput", null, 1m),
        new SetRate("uncachedInput", null, 2m, ContextAboveTokens: 200_000),
        new SetRate("uncachedInput", null, 0.3m, ServiceTier: "flex"),
        new SetRate("output", null, 4m),
        new SetRate("output", null, 6m, ContextAboveTokens: 200_000),
        new SetRate("output", null, 9m, ServiceTier: "priority"),
        new SetRate("output", null, 12m, ContextAboveTokens: 128_000, ServiceTier: "priority"),
        new SetRate("reasoning", null, 5m, ContextAboveTokens: 512_000),
    ])
    {
        Discounts = [new SetDiscount("batch", 50m), new SetDiscount("priority", 10m)],
    }.Decide(Start);

    [Theory]
    [InlineData("uncachedInput", "", 1, false)]
    [InlineData("uncachedInput", "128k", 1, false)] // the highest row that is not above the band
    [InlineData("uncachedInput", "200k", 2, false)]
    [InlineData("uncachedInput", "1000k", 2, false)]
    [InlineData("uncachedInput", "200k/flex", 0.3, false)] // a row of the tier comes before one of the context
    [InlineData("uncachedInput", "200k/batch", 1, false)] // the standard row of the context less 50 percent
    [InlineData("uncachedInput", "priority", 0.9, false)] // no input rate of that tier: 10 percent off
    [InlineData("output", "priority", 9, false)]
    [InlineData("output", "200k/priority", 12, false)]
    [InlineData("output", "flex", 4, false)] // neither a row nor a discount: standard
    [InlineData("reasoning", "", 4, true)]
    [InlineData("reasoning", "200k/batch", 3, true)]
    [InlineData("reasoning", "512k", 5, false)] // its own row comes before its parent's
    [InlineData("reasoning", "512k/priority", 4.5, false)] // also its own standard row, discounted, before its parent's of the tier
    [InlineData("reasoning", "256k/priority", 12, true)]
    [InlineData("cacheRead", "flex", 0.3, true)]
    public void A_record_is_priced_whole_by_tier_then_context_then_parent(string unitClass, string rateClass, double perMillion, bool inherited)
    {
        var price = Assert.IsType<Price.Priced>(Card.PriceOf(UnitClass.Find(unitClass)!, RateClass.Parse(rateClass)));

        Assert.Equal(((decimal)perMillion, inherited), (price.Rate.PerUnit * 1_000_000m, price.Inherited));
    }

    [Fact]
    public void A_class_whose_rates_begin_at_a_context_is_unpriced_below_it()
    {
        var card = new SetRateCard("m", Start, "USD", [new SetRate("output", null, 6m, ContextAboveTokens: 128_000)]).Decide(Start);

        Assert.IsType<Price.Unpriced>(card.PriceOf(UnitClass.Output, RateClass.Parse("32k")));
        Assert.Equal(new Charge(0.000018m, 0, 0), card.ChargeFor(Quantities.Of((UnitClass.Output, 3)), RateClass.Parse("128k")));
    }

    [Fact]
    public void A_rate_class_changes_the_charge_of_the_same_tokens()
    {
        var tokens = Quantities.Of((UnitClass.UncachedInput, 1_000_000), (UnitClass.Output, 500_000));

        Assert.Equal(
            [3m, 2m + 3m, 1m + 1.5m, 0.3m + 2m],
            new[] { "", "200k", "200k/batch", "flex" }.Select(c => Card.ChargeFor(tokens, RateClass.Parse(c)).Amount));
    }
}
