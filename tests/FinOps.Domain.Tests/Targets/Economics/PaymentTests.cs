using CsCheck;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Targets.Economics;

/// <summary>What an hour costs by the way it is paid, and which way is cheapest.</summary>
public sealed class PaymentTests
{
    private static readonly Money Four = new(4m, Currency.Usd);

    [Fact]
    public void Spot_costs_what_its_discount_its_gaps_and_its_interruptions_make()
    {
        // 0.40 of the price, to be had 95 % of the time: 0.42.
        Assert.Equal(4m * 0.421052631579m, new SpotUse(0.6m, 0.95m).UsefulHour(Four).Amount, 10);
        // Twice a day, an hour lost each time.
        Assert.Equal(1.6m / (1 - 1m / 12), new SpotUse(0.6m, 1m, 1m / 12, 1m).UsefulHour(Four).Amount, 10);
        Assert.Equal(0.95m * 1.6m + 0.05m * 4m, new SpotUse(0.6m, 0.95m).UsefulHourWithFallback(Four).Amount, 10);
    }

    [Fact]
    public void Spot_that_loses_all_its_work_or_is_never_there_is_refused()
    {
        Assert.Equal("availability", Field(() => new SpotUse(0.6m, 0m).UsefulHour(Four)));
        Assert.Equal("interruptionsPerHour", Field(() => new SpotUse(0.6m, 1m, 2m, 0.5m).UsefulHour(Four)));
        Assert.Equal("discount", Field(() => new SpotUse(1m, 1m).UsefulHour(Four)));
    }

    [Fact]
    public void Spot_with_a_fallback_lies_between_spot_and_on_demand() =>
        Gen.Select(Gen.Int[0, 90], Gen.Int[1, 100]).Sample((discount, availability) =>
        {
            var spot = new SpotUse(discount / 100m, availability / 100m);

            Assert.InRange(spot.UsefulHourWithFallback(Four).Amount, 4m * (1 - discount / 100m), 4m);
        });

    [Fact]
    public void A_commitment_is_paid_for_in_all_hours()
    {
        // Two hours: 3 and 1 needed, 2 committed at half the price.
        var cost = new CommittedUse(0.5m, 2).Cost([3, 1], Four);

        Assert.Equal((12m, 2m, 3m, 0.75m), (cost.Total.Amount, cost.Idle.Amount, cost.PerUsedHour!.Value.Amount, cost.Coverage));
        Assert.Equal(0.43m, new CommittedUse(0.57m, 1).BreakEvenUtilisation);
        Assert.Null(new CommittedUse(0.5m, 2).Cost([0, 0], Four).PerUsedHour);
    }

    [Fact]
    public void No_other_commitment_is_cheaper_than_the_best() =>
        Gen.Select(Gen.Int[0, 20].Array[1, 48], Gen.Int[1, 90]).Sample((hours, percent) =>
        {
            var needed = hours.Select(h => (decimal)h).ToList();
            var discount = percent / 100m;
            var best = new CommittedUse(discount, CommittedUse.BestCount(needed, discount)).Cost(needed, Four).Total.Amount;

            Assert.All(Enumerable.Range(0, 22), n => Assert.True(best <= new CommittedUse(discount, n).Cost(needed, Four).Total.Amount));
        });

    [Fact]
    public void An_owned_hour_is_capital_power_and_hosting()
    {
        var flat = new OwnedHour(new Money(35_040m, Currency.Usd), 4, 0, 1m, 1.25m, 0.08m) { HostingPerKilowattMonth = 73m, OtherPerHour = 0.05m }.Checked();

        Assert.Equal((1m, 0.1m, 0.15m), (flat.Capital.Amount, flat.Power.Amount, flat.Hosting.Amount));
        Assert.Equal(1.25m, flat.Hour.Amount);
        // 1,000 at 10 % over 2 years is paid back by 576.19 a year.
        Assert.Equal(0.57619, OwnedHour.CapitalRecovery(0.1, 2), 5);
    }

    [Fact]
    public void Interest_makes_capital_dearer_and_salvage_cheaper() =>
        Gen.Select(Gen.Int[1_000, 60_000], Gen.Int[1, 8], Gen.Int[1, 30], Gen.Int[0, 100]).Sample((price, years, interest, salvage) =>
        {
            var owned = new OwnedHour(new Money(price, Currency.Usd), years, 0, 1, 1, 0);
            var (dear, worth) = (owned with { InterestPerYear = interest / 100m }, owned with { Salvage = price * salvage / 100m });

            Assert.True(dear.Capital.Amount > owned.Capital.Amount);
            Assert.InRange(worth.Capital.Amount, 0, owned.Capital.Amount);
            // What was paid, with nothing earned elsewhere, comes back.
            Assert.Equal(price, (double)(owned.Capital.Amount * OwnedHour.HoursPerYear * years), 5);
        });

    [Fact]
    public void A_slip_in_what_is_owned_names_every_field()
    {
        var refused = Assert.Throws<RejectedException>(() => new OwnedHour(new Money(0, Currency.Usd), 0, 8, 1_000, 0.5m, 10).Checked());

        Assert.Equal(["price", "years", "interestPerYear", "kilowatts", "powerUsageEffectiveness", "pricePerKilowattHour"], refused.Rejections.Select(r => r.Field));
    }

    [Fact]
    public void A_fleet_pays_from_the_load_on_where_it_costs_what_is_asked_elsewhere()
    {
        // Ten times cheaper at full load: 90 % saved, even at 10 % of it.
        var choice = new BuildOrBuy(new Money(10m, Currency.Usd), 12.5m, new Money(8m, Currency.Usd));

        Assert.Equal((0.8m, 1.25m, 0.1m), (choice.BuiltPerMillion.Amount, choice.BreakEvenMillionsPerHour, choice.BreakEvenUtilisation));
        Assert.Equal((0.9m, 0m), (choice.Saving(1m), choice.Saving(0.1m)));
        Assert.Equal(0.5m, choice.UtilisationFor(0.8m));
        Assert.Equal(2.3125m, BuildOrBuy.Mixed(new Money(1m, Currency.Usd), new Money(2.75m, Currency.Usd), 0.25m).Amount);
    }

    [Fact]
    public void Routing_costs_what_its_shares_make_and_what_telling_costs()
    {
        Route[] routes = [new(0.75m, new Money(0.1m, Currency.Usd)), new(0.25m, new Money(1m, Currency.Usd))];

        Assert.Equal(0.335m, RouteRequests.CostPerMillion(routes, new Money(0.01m, Currency.Usd)).Amount);
        Assert.Equal("routes.share", Field(() => RouteRequests.CostPerMillion(routes[..1], Money.Zero(Currency.Usd))));
        Assert.Equal(0.6667m, RouteRequests.ShareFor(0.6m, 0.1m)!.Value, 4);
        Assert.Null(RouteRequests.ShareFor(0.95m, 0.1m));
    }

    [Fact]
    public void The_share_for_a_saving_saves_it() =>
        Gen.Select(Gen.Int[1, 99], Gen.Int[0, 90], Gen.Int[0, 5]).Sample((saving, ratio, router) =>
        {
            if (RouteRequests.ShareFor(saving / 100m, ratio / 100m, router / 100m) is not { } share) return;
            Assert.Equal(saving / 100m, RouteRequests.Saving(share, ratio / 100m, router / 100m), 20);
        });

    [Fact]
    public void Work_goes_to_the_cheapest_place_with_what_moving_costs()
    {
        CloudOffer near = new("near", Four, 4m, 0.5m);
        CloudOffer far = new("far", new Money(2m, Currency.Usd), 4m, 0.5m) { GigabytesPerMillion = 0.004m, TransferPerGigabyte = 0.09m, MostMillionsPerHour = 10m };

        Assert.Equal(2m, near.PerMillion.Amount);
        Assert.Equal(1.00036m, far.PerMillion.Amount);
        var placed = ChooseCloud.Of([near, far], 40m);
        Assert.Equal([("far", 10m), ("near", 30m)], placed.Select(p => (p.Offer.Name, p.MillionsPerHour)));
        Assert.Equal(1.75009m, ChooseCloud.PerMillion(placed).Amount);
        Assert.Equal("offers", Field(() => ChooseCloud.Of([far], 40m)));
        Assert.Equal("offers", Field(() => ChooseCloud.Of([near, near with { AcceleratorHour = new Money(1m, new Currency("EUR")) }], 1m)));
    }

    [Fact]
    public void Prices_are_taken_by_kind_and_seller_and_a_discount_from_the_list()
    {
        var verified = new Provenance("list", "2026");
        var book = new PriceBook(
        [
            new(PriceKind.OnDemand, PriceUnit.AcceleratorHour, "chip", "a", 3m, 5m, Currency.Usd, verified),
            new(PriceKind.OnDemand, PriceUnit.AcceleratorHour, "chip", "b", 2m, 2m, Currency.Usd, new Provenance("hearsay", "2026-05", Unverified: true)),
            new(PriceKind.OnDemand, PriceUnit.AcceleratorHour, "chip", "c", 9m, 9m, Currency.Usd, new Provenance("list", "2025")),
            new(PriceKind.Spot, PriceUnit.Discount, "chip", "a", 0.5m, 0.75m, null, verified),
            new(PriceKind.Committed, PriceUnit.Discount, null, "d", 0.57m, 0.57m, null, verified),
        ]);

        Assert.Equal(4m, book.AcceleratorHour("chip", PriceKind.OnDemand).Amount);
        Assert.Equal(2m, book.AcceleratorHour("CHIP", PriceKind.OnDemand, "B").Amount);
        Assert.Equal((1.5m, 0.75m, 2.5m), (Spot(PricePoint.Middle), Spot(PricePoint.Low), Spot(PricePoint.High)));
        Assert.Equal(1.72m, book.AcceleratorHour("chip", PriceKind.Committed).Amount);
        var refused = Assert.Throws<RejectedException>(() => book.AcceleratorHour("chip", PriceKind.Rental));
        Assert.Contains("OnDemand of a", refused.Message, StringComparison.Ordinal);

        decimal Spot(PricePoint point) => book.AcceleratorHour("chip", PriceKind.Spot, null, point).Amount;
    }

    private static string Field(Func<object> refused) => Assert.Single(Assert.Throws<RejectedException>(refused).Rejections).Field;
}
