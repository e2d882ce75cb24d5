using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Targets.Scenarios;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Targets;

/// <summary>What a service costs, step by step, by hand.</summary>
public sealed class ScenarioTests
{
    private static readonly Provenance Here = new("test", "2026");

    private static readonly Accelerator Chip = new(
        "chip", "hopper", 80e9, 3e12, new Dictionary<string, double> { ["fp32"] = 60e12, ["fp16"] = 900e12, ["fp8"] = 1800e12 }, 700, 400e9, 8);

    private static readonly ModelArchitecture Model = new("m", 32, 4096, 32, 8, 128, 14336, 128256, 8.03e9, 7.5e9, 8.03e9);

    private static readonly TargetFacts Facts = new(
        new Dictionary<string, Accelerator> { ["chip"] = Chip }, new Dictionary<string, ModelArchitecture> { ["m"] = Model }, new Efficiencies(new Efficiency(), []));

    private static readonly PriceBook Prices = new(
    [
        new(PriceKind.OnDemand, PriceUnit.AcceleratorHour, "chip", "a", 2m, 2m, Currency.Usd, Here),
        new(PriceKind.Rental, PriceUnit.AcceleratorHour, "chip", "a", 1.5m, 1.5m, Currency.Usd, Here),
        new(PriceKind.Spot, PriceUnit.Discount, "chip", "a", 0.5m, 0.5m, null, Here),
        new(PriceKind.Committed, PriceUnit.Discount, "chip", "a", 0.25m, 0.25m, null, Here),
        new(PriceKind.Purchase, PriceUnit.Accelerator, "chip", "a", 35_040m, 35_040m, Currency.Usd, Here),
        new(PriceKind.Serverless, PriceUnit.MillionInputTokens, "m", "seller", 0.1m, 0.1m, Currency.Usd, Here),
        new(PriceKind.Serverless, PriceUnit.MillionOutputTokens, "m", "seller", 0.3m, 0.3m, Currency.Usd, Here),
    ]);

    private static readonly ScenarioSetup Sound = new(new Serving.Sound("chip", 20, 1), new Payment(PriceKind.OnDemand));

    private static readonly ScenarioSetup Text = new(
        new Serving.Text(new EstimateRequest { Model = "m", Accelerator = "chip", Weights = "fp8", PromptTokens = 1_000, OutputTokens = 200 }), new Payment(PriceKind.OnDemand));

    [Fact]
    public void Work_that_can_wait_takes_its_mean_rounded_up()
    {
        // 5,000 hours of sound at 20 an hour are 250 accelerator-hours a day: 11 accelerators, at 2 an hour.
        var played = Play(new ScenarioDemand(5_000) { CanWait = true, TokensPerHourOfSound = 10_000 }, Sound, Sound with { Serving = new Serving.Sound("chip", 20, 2.5) });

        Assert.Equal([528m, 240m], played.Steps.Select(s => s.PerDay.Amount));
        Assert.Equal((50e6, 10.56m), (played.TokensPerDay, played.PerMillion(played.Steps[0].PerDay)!.Value.Amount));
        Assert.Equal(250.0 / 264, played.Steps[0].Parts[0].Utilisation, 12);
    }

    [Fact]
    public void Work_that_cannot_wait_takes_the_servers_of_its_busiest_hour()
    {
        // 1,920 hours of sound a day are 80 an hour, or 4 busy accelerators: with 9 of them 2.4 % wait.
        var played = Play(new ScenarioDemand(1_920), Sound, Sound with { Sites = 4 });

        Assert.Equal(9, played.Steps[0].Accelerators);
        // One busy accelerator at each of four sites: with 4 each 2 % wait, with 3 it is 9 %.
        Assert.Equal(16, played.Steps[1].Accelerators);
    }

    [Theory]
    [InlineData(PriceKind.OnDemand, 48)]
    [InlineData(PriceKind.Rental, 36)]
    [InlineData(PriceKind.Spot, 24)]
    [InlineData(PriceKind.Committed, 36)]
    public void An_accelerator_that_runs_all_day_costs_what_its_way_of_payment_makes(PriceKind kind, int perDay) =>
        Assert.Equal(perDay, new Payment(kind).Day("chip", Enumerable.Repeat(1m, 24).ToList(), Prices).Amount);

    [Fact]
    public void What_is_there_by_night_only_is_cheap_on_demand_and_dear_when_bound()
    {
        var halfOfTheDay = Enumerable.Range(0, 24).Select(h => h < 12 ? 1m : 0m).ToList();

        Assert.Equal(24m, new Payment(PriceKind.OnDemand).Day("chip", halfOfTheDay, Prices).Amount);
        Assert.Equal(36m, new Payment(PriceKind.Rental).Day("chip", halfOfTheDay, Prices).Amount);
        // Half of the time is less than the 75 % from which on this discount pays: nothing is committed to.
        Assert.Equal(24m, new Payment(PriceKind.Committed).Day("chip", halfOfTheDay, Prices).Amount);
        var owned = new Payment(PriceKind.Purchase) { Owned = new OwnedHour(new Money(0, Currency.Usd), 4, 0, 1, 1, 0.25m) };
        Assert.Equal(24 * 1.25m, owned.Day("chip", halfOfTheDay, Prices).Amount);
    }

    [Fact]
    public void Spot_by_its_own_terms_takes_their_gaps_and_falls_back()
    {
        var day = Enumerable.Repeat(1m, 24).ToList();
        var spot = new Payment(PriceKind.Spot) { Spot = new SpotUse(0.6m, 0.8m) };

        Assert.Equal(24m, spot.Day("chip", day, Prices).Amount);
        Assert.Equal(24 * (0.8m * 0.8m + 0.2m * 2m), (spot with { Fallback = true }).Day("chip", day, Prices).Amount);
        Assert.Equal("payment.kind", Refused(() => new Payment(PriceKind.Serverless).Day("chip", day, Prices)));
        Assert.Equal("payment.owned", Refused(() => new Payment(PriceKind.Purchase).Day("chip", day, Prices)));
    }

    [Fact]
    public void A_language_model_is_served_by_copies_that_hold_the_requests_of_the_busiest_hour()
    {
        var played = Play(new ScenarioDemand(2_000_000) { PeakToMean = 2 }, Text, Text with { Hourly = true }, Text with { Sites = 20 });
        var part = played.Steps[0].Parts[0];

        Assert.Equal((1.0, 1m), (part.AcceleratorsPerCopy, part.Share));
        // Half at most, since the busiest hour asks for twice the mean.
        Assert.InRange(part.Utilisation, 0.1, 0.5);
        Assert.True(played.Steps[1].PerDay.Amount < 0.8m * played.Steps[0].PerDay.Amount);
        Assert.True(played.Steps[2].PerDay.Amount > played.Steps[0].PerDay.Amount);
        Assert.Equal((2_400_000_000.0, part.MostCopies * 24 * 2), (played.TokensPerDay, (double)played.Steps[0].PerDay.Amount));
    }

    [Fact]
    public void Routed_requests_go_where_they_go_and_telling_costs()
    {
        var routed = Text with { Routes = [new ScenarioRoute("easy", 0.5m, Text.Serving)], RouterPerMillion = 0.01m };
        var played = Play(new ScenarioDemand(2_000_000), Text, routed);

        Assert.Equal([0.5m, 0.5m], played.Steps[1].Parts.Select(p => p.Share));
        Assert.Equal(2_400 * 0.01m, played.Steps[1].PerDay.Amount - played.Steps[1].Parts.Sum(p => p.PerDay.Amount));
        Assert.Equal("steps[1].routes.share", Refused(() => Play(new ScenarioDemand(1), Text, Text with { Routes = [new ScenarioRoute("all", 1.5m, Text.Serving)] })));
    }

    [Fact]
    public void The_same_may_be_bought_and_a_claim_stands_beside_it()
    {
        var played = PlayScenario.Of(new Scenario("n", "a", ScenarioPeriod.Month, new ScenarioDemand(1_000_000), [new ScenarioStep("s", Text)]) { BoughtFrom = ["seller"] }, Facts, Prices);

        Assert.Equal(("seller", 1_000 * 0.1m + 200 * 0.3m), (played.Bought[0].Provider, played.Bought[0].PerDay.Amount));
        Assert.Equal(30 * 160m, played.InPeriod(played.Bought[0].PerDay).Amount);
    }

    [Fact]
    public void Sites_with_a_base_of_their_own_share_the_rest()
    {
        var apart = Text with { Sites = 5 };
        var played = Play(new ScenarioDemand(40_000_000) { PeakToMean = 1.5 }, apart, apart with { BaseShare = 0.5 }, Text);

        Assert.True(played.Steps[0].Accelerators > played.Steps[1].Accelerators);
        Assert.True(played.Steps[1].Accelerators >= played.Steps[2].Accelerators);
    }

    [Fact]
    public void The_cheapest_cloud_has_what_it_can_hold_and_moving_data_costs()
    {
        // Four accelerators: three at 1 an hour, with 0.1 GB at 0.09 for each million tokens, and one at home, at 2.
        ScenarioCloud home = new("home", new Payment(PriceKind.OnDemand), 0, null);
        ScenarioCloud far = new("far", new Payment(PriceKind.OnDemand) { AcceleratorHour = new Money(1m, Currency.Usd) }, 0.09m, 3);
        var demand = new ScenarioDemand(1_920) { CanWait = true, TokensPerHourOfSound = 10_000 };
        var part = Play(demand, Sound with { Clouds = [home, far], GigabytesPerMillion = 0.1m }).Steps[0].Parts[0];

        Assert.Equal([("far", 0.75m), ("home", 0.25m)], part.Clouds);
        Assert.Equal(24 * (3 * 1m + 2m) + 0.75m * 19.2m * 0.1m * 0.09m, part.PerDay.Amount, 9);
        // Of two parts of two each, the second finds one left there.
        var halves = Sound with { Routes = [new ScenarioRoute("other", 0.5m, Sound.Serving)], Clouds = [home, far] };
        Assert.Equal([1m, 0.5m], Play(demand, halves).Steps[0].Parts.Select(p => p.Clouds.Single(c => c.Name == "far").Share));
        Assert.Equal("steps[0].clouds", Refused(() => Play(demand with { TokensPerHourOfSound = 0 }, Sound with { Clouds = [home] })));
        Assert.Equal("steps[0].offers", Refused(() => Play(demand, Sound with { Clouds = [far] })));
    }

    [Fact]
    public void What_does_not_fit_or_is_not_known_names_its_step_and_field()
    {
        var large = Text with { Serving = new Serving.Text(new EstimateRequest { Model = "m", Accelerator = "ship", Weights = "fp8" }) };

        Assert.Equal("steps[1].deployment.accelerator", Refused(() => Play(new ScenarioDemand(1), Text, large)));
        Assert.Equal("steps[0].sound.accelerator", Refused(() => Play(new ScenarioDemand(1), Sound with { Serving = new Serving.Sound("ship", 1, 1) })));
        Assert.Equal("steps[0].sound.realTimeFactor", Refused(() => Play(new ScenarioDemand(1), Sound with { Serving = new Serving.Sound("chip", 0, 1) })));
    }

    private static PlayedScenario Play(ScenarioDemand demand, params ScenarioSetup[] setups) => PlayScenario.Of(
        new Scenario("n", "a", ScenarioPeriod.Day, demand, [.. setups.Select((s, i) => new ScenarioStep($"{i}", s))]), Facts, Prices);

    private static string Refused(Func<object> refused) => Assert.Single(Assert.Throws<RejectedException>(refused).Rejections).Field;
}
