using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Targets;

/// <summary>What needs no facts: dates, and the price that a fleet has.</summary>
public sealed class SetModelledTargetTests
{
    [Fact]
    public void Bad_names_dates_and_prices_are_refused_with_every_field_named()
    {
        var command = new SetModelledTarget("", " m", Start.AddMinutes(20), new EstimateRequest { Accelerator = "H100-SXM-80GB", PricePerAcceleratorHour = 0 }, SetsWorkWeights: true);

        var refused = Assert.Throws<RejectedException>(() => command.Check(Start));

        Assert.Equal(["fleet", "model", "from", "from", "estimate.pricePerAcceleratorHour"], refused.Rejections.Select(r => r.Field));
        Assert.Equal(Start, new SetModelledTarget("f", "m", null, command.Estimate with { PricePerAcceleratorHour = 1 }, false).Check(Start.AddHours(5)));
    }

    [Fact]
    public void An_accelerator_hour_costs_all_lines_of_the_fleet_by_those_that_are_there()
    {
        var fleet = new FleetId("f");
        SetCostLine Line(string name, CostLineKind kind) => new() { Fleet = "f", Line = name, Kind = kind, From = Start, Currency = "USD" };
        var book = new FleetBook(
            [], [new FleetSize(fleet, Start, "h100", 4), new FleetSize(fleet, Start.AddHours(1), "h100", 2)],
            [
                (Line("rent", CostLineKind.OnDemand) with { PricePerAcceleratorHour = 2.5m }).Decide(Start),
                (Line("support", CostLineKind.Hourly) with { CostPerHour = 1m }).Decide(Start),
            ]);

        Assert.Equal([new Money(2.75m, Currency.Usd), new Money(3m, Currency.Usd)], new[] { 0, 1 }.Select(h => AcceleratorHours.PriceAt(book, fleet, At(h))!.Value));
        Assert.Null(AcceleratorHours.PriceAt(book, fleet, At(-1)));
        Assert.Null(AcceleratorHours.PriceAt(new FleetBook([Fleet("f", 10m)]), fleet, At(0)));

        static QuarterHour At(int hour) => QuarterHour.Holding(Start.AddHours(hour));
    }
}
