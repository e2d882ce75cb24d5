using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Fleets;

public sealed class CostLineRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_kind_needs_its_own_fields_and_refuses_those_of_others()
    {
        Assert.Equal(
            ["pricePerAcceleratorHour field_missing", "percent field_unexpected"],
            Flaws(CostLineTests.Line("demand", CostLineKind.OnDemand) with { Percent = 3m }));
        Assert.Equal(["to field_missing"], Flaws(CostLineTests.Line("bill", CostLineKind.Actual) with { Amount = 3m }));
    }

    [Theory]
    [InlineData(CostLineKind.OnDemand, "pricePerAcceleratorHour", 2_190)] // A month of an H100 at 3 an hour, given as an hour's.
    [InlineData(CostLineKind.OnDemand, "pricePerAcceleratorHour", -1)]
    [InlineData(CostLineKind.Power, "kilowattsPerAccelerator", 700)] // Watts.
    [InlineData(CostLineKind.Power, "powerUsageEffectiveness", 0.8)] // The inverse.
    [InlineData(CostLineKind.Power, "pricePerKilowattHour", 12)] // Cents.
    [InlineData(CostLineKind.Overhead, "percent", 100_000)]
    [InlineData(CostLineKind.Purchase, "termMonths", 0)]
    public void A_slip_of_unit_is_refused_and_the_unit_named(CostLineKind kind, string field, double value)
    {
        var line = Plausible(kind);
        var slipped = field switch
        {
            "pricePerAcceleratorHour" => line with { PricePerAcceleratorHour = (decimal)value },
            "kilowattsPerAccelerator" => line with { KilowattsPerAccelerator = (decimal)value },
            "powerUsageEffectiveness" => line with { PowerUsageEffectiveness = (decimal)value },
            "pricePerKilowattHour" => line with { PricePerKilowattHour = (decimal)value },
            "percent" => line with { Percent = (decimal)value },
            _ => line with { TermMonths = (int)value },
        };

        Assert.Empty(Flaws(line));
        Assert.Equal([$"{field} amount_implausible"], Flaws(slipped));
    }

    [Fact]
    public void A_currency_of_small_units_has_room_for_its_prices() =>
        Assert.Empty(Flaws(Plausible(CostLineKind.OnDemand) with { Currency = "JPY", PricePerAcceleratorHour = 1_500m }));

    [Fact]
    public void A_currency_that_nobody_uses_is_refused() =>
        Assert.Equal(["currency currency_invalid"], Flaws(Plausible(CostLineKind.OnDemand) with { Currency = "XYZ" }));

    [Fact]
    public void A_purchase_is_not_written_off_beyond_its_term_nor_below_nothing() => Assert.Equal(
        ["salvagePerAccelerator salvage_invalid", "to to_beyond_term"],
        Flaws(Plausible(CostLineKind.Purchase) with { SalvagePerAccelerator = 30_001m, To = Start.AddMonths(37) }));

    [Fact]
    public void Accelerators_are_not_paid_for_before_their_number_is_known() =>
        Assert.Equal("fleet_size_missing", Refused(new FleetBook([]), Plausible(CostLineKind.OnDemand)));

    [Fact]
    public void Two_on_demand_lines_never_pay_for_the_same_time()
    {
        var first = Plausible(CostLineKind.OnDemand) with { To = Start.AddDays(2) };
        var book = Book(first);

        Assert.Equal("cost_lines_overlap", Refused(book, first with { Line = "second", From = Start.AddDays(1), To = null }));
        Assert.Null(Refused(book, first with { Line = "second", From = Start.AddDays(2), To = null }));
        Assert.Null(Refused(book, first with { PricePerAcceleratorHour = 3m }));
    }

    [Fact]
    public void A_cost_of_the_whole_fleet_and_lines_never_count_twice()
    {
        var whole = new SetFleetCost("f1", Start, Start.AddDays(1), 10m, "USD", null, null).Decide(Start);
        var book = new FleetBook([whole], [CostLineTests.Size(4)]);

        Assert.Equal("cost_lines_overlap", Refused(book, Plausible(CostLineKind.OnDemand)));
        Assert.Null(Refused(book, Plausible(CostLineKind.OnDemand) with { From = Start.AddDays(1) }));
        Assert.Equal(
            "cost_lines_overlap",
            Assert.Throws<RejectedException>(() => CostLineRules.Require(Book(Plausible(CostLineKind.OnDemand)), whole)).Rejections.Single().Code);
    }

    [Fact]
    public void A_fleet_has_one_currency_at_a_time() => Assert.Equal(
        "currency_mixed", Refused(Book(Plausible(CostLineKind.OnDemand)), CostLineTests.Line("gateway", CostLineKind.Hourly) with { Currency = "EUR", CostPerHour = 1m }));

    [Fact]
    public void What_serves_several_fleets_is_no_fleet()
    {
        var gateway = CostLineTests.Line("gateway", CostLineKind.Hourly) with { IsShared = true, CostPerHour = 1m };

        Assert.Equal("shared_invalid", Refused(Book(Plausible(CostLineKind.OnDemand)), gateway));
        Assert.Equal(["shared shared_invalid"], Flaws(Plausible(CostLineKind.OnDemand) with { IsShared = true }));
        Assert.True(new FleetBook([], [], [gateway.Decide(Start)]).IsShared(new FleetId("f1")));
        Assert.False(new FleetBook([], [], [gateway.Decide(Start)]).IsRegistered(new FleetId("f1")));
    }

    private static SetCostLine Plausible(CostLineKind kind) => kind switch
    {
        CostLineKind.OnDemand => CostLineTests.Line("demand", kind) with { PricePerAcceleratorHour = 3m },
        CostLineKind.Power => CostLineTests.Line("power", kind) with { KilowattsPerAccelerator = 0.7m, PowerUsageEffectiveness = 1.25m, PricePerKilowattHour = 0.12m },
        CostLineKind.Overhead => CostLineTests.Line("overhead", kind) with { Percent = 10m },
        CostLineKind.Purchase => CostLineTests.Line("bought", kind) with { PricePerAccelerator = 30_000m, SalvagePerAccelerator = 0m, TermMonths = 36, Count = 8m },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static FleetBook Book(SetCostLine line) => new([], [CostLineTests.Size(4)], [line.Decide(Start)]);

    private static IEnumerable<string> Flaws(SetCostLine line)
    {
        try
        {
            line.Decide(Start);
            return [];
        }
        catch (RejectedException refused)
        {
            return refused.Rejections.Select(r => $"{r.Field} {r.Code}");
        }
    }

    private static string? Refused(FleetBook book, SetCostLine line)
    {
        try
        {
            CostLineRules.Require(book, line.Decide(Start));
            return null;
        }
        catch (RejectedException refused)
        {
            return refused.Rejections.Single().Code;
        }
    }
}
