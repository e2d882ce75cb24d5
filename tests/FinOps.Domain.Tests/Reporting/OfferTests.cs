using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

public sealed class OfferTests
{
    private static readonly SetTokenPrice[] Prices = [new("uncachedInput", 1m), new("output", 4m)];

    [Fact]
    public void An_offer_is_dearer_or_cheaper_and_breaks_even_at_another_load()
    {
        // 2 million tokens in 4 hours cost 10; the offer would take 2.50: four times the tokens would make both cost the same.
        var verdict = OfferVerdict.Of(new OfferCost(2.5m, 0), 10m, 2_000_000, 4m);

        Assert.Equal(new OfferVerdict(2.5m, -7.5m, 4m, 2_000_000m), verdict);
        Assert.Equal(new OfferVerdict(20m, 10m, 0.5m, 250_000m), OfferVerdict.Of(new OfferCost(20m, 0), 10m, 2_000_000, 4m));
    }

    [Fact]
    public void What_is_not_known_stays_unknown()
    {
        Assert.Equal(new OfferVerdict(null, null, null, null), OfferVerdict.Of(new OfferCost(2.5m, 1), 10m, 2_000_000, 4m));
        Assert.Equal(new OfferVerdict(2.5m, null, null, null), OfferVerdict.Of(new OfferCost(2.5m, 0), null, 2_000_000, 4m));
        Assert.Equal(new OfferVerdict(0m, -10m, null, null), OfferVerdict.Of(new OfferCost(0, 0), 10m, 0, 4m));
    }

    [Fact]
    public void Each_cell_is_priced_by_each_offer_and_a_rate_card_by_its_dates()
    {
        var books = Books([Fleet("f", 10m)], [Rates("sold", 2m, 2m), Rates("sold", 3m, 3m, fromHour: 1)]);
        var offers = SetServerlessOffers.Decide([new SetServerlessOffer("a", "USD", Prices, null), new SetServerlessOffer("b", null, null, "sold"), new SetServerlessOffer("c", null, null, "unknown")]);
        UsageSlot[] usage = [Used("acme", "m", "f", 0, 1_000_000, 500_000), Used("acme", "m", "f", 1, 1_000_000, 0), Used("globex", "m", null, 1, 3_000_000, 0)];
        var window = new Window(Start, Start.AddHours(2));
        var question = new UnitCostQuestion
        {
            Window = window,
            GroupBy = [Dimension.Tenant],
            Buckets = TimeBuckets.None,
            Tenants = null,
            Models = null,
            Fleets = null,
            ShowsCost = true,
            Now = Later,
        };
        var sums = new OfferSums(question, books, offers);
        foreach (var hour in usage.GroupBy(u => (u.Series.Fleet, u.Slot.Hour))) sums.Add(hour.Key.Fleet, [.. hour]);

        // acme: 2 × 1 + 0.5 × 4 = 4; by the card 1.5 × 2 + 1 × 3 = 6.
        Assert.Equal([new OfferCost(4m, 0), new OfferCost(6m, 0), new OfferCost(0, 2_500_000)], sums.Of(new CellKey(RowKind.Usage, "acme", null, null, TimeBuckets.NoBucket)));
        Assert.Equal([new OfferCost(7m, 0), new OfferCost(15m, 0), new OfferCost(0, 5_500_000)], sums.Total());
    }

    [Fact]
    public void Offers_that_cannot_be_are_refused_all_at_once()
    {
        var refused = Assert.Throws<RejectedException>(() => SetServerlessOffers.Decide(
        [
            new SetServerlessOffer("a", "USD", Prices, "m"), new SetServerlessOffer("a", null, null, "m"), new SetServerlessOffer("c", "DOL", [new("output", 0.000002m)], null),
        ]));

        Assert.Equal(
            ["offers[0] offer_ambiguous", "offers[1].name name_twice", "offers[2].currency currency_invalid", "offers[2].prices price_missing"],
            refused.Rejections.Select(r => $"{r.Field} {r.Code}"));
        Assert.Equal("offers_count", Assert.Throws<RejectedException>(() => SetServerlessOffers.Decide([])).Rejections.Single().Code);
    }
}
