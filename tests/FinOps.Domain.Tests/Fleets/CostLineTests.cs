using CsCheck;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Fleets;

public sealed class CostLineTests
{
    private static readonly FleetId F1 = new("f1");
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly int StartHour = QuarterHour.Holding(Start).Hour;

    /// <summary>So that an accelerator for this price costs 1 an hour.</summary>
    private const decimal HoursOfFourYears = 35_064m;

    [Fact]
    public void On_demand_pays_for_what_nothing_else_covers()
    {
        var book = Book(10, Bought(2, HoursOfFourYears), Committed(3, 2m), Spot(4, 0.5m), OnDemand(4m));

        Assert.Equal(
            [("bought", false, 2m), ("committed", false, 6m), ("demand", false, 4m), ("spot", false, 2m)], ByLine(book, StartHour));
        Assert.Equal(14m, book.OfHour(F1, StartHour)!.Cost.Amount);
    }

    [Fact]
    public void What_is_committed_and_not_there_is_a_part_of_its_own()
    {
        var book = Book(2, Committed(3, 2m), Spot(4, 0.5m), OnDemand(4m));

        Assert.Equal(
            [("committed", false, 4m), ("committed", true, 2m), ("demand", false, 0m), ("spot", false, 0m)], ByLine(book, StartHour));
    }

    [Fact]
    public void A_fraction_of_an_accelerator_is_a_quantity()
    {
        var book = Book(2m / 8 + 0.375m, Committed(0.125m, 8m), OnDemand(16m));

        Assert.Equal([("committed", false, 1m), ("demand", false, 8m)], ByLine(book, StartHour));
    }

    [Fact]
    public void Power_follows_the_size_and_overhead_comes_on_top_of_all_but_itself()
    {
        var book = Book(
            10, OnDemand(2m), (Line("power", CostLineKind.Power) with { KilowattsPerAccelerator = 0.8m, PowerUsageEffectiveness = 1.25m, PricePerKilowattHour = 0.1m }).Decide(Start),
            (Line("gateway", CostLineKind.Hourly) with { CostPerHour = 3m }).Decide(Start), (Line("overhead", CostLineKind.Overhead) with { Percent = 10m }).Decide(Start),
            (Line("margin", CostLineKind.Overhead) with { Percent = 5m }).Decide(Start));

        Assert.Equal(
            [("demand", false, 20m), ("gateway", false, 3m), ("margin", false, 1.2m), ("overhead", false, 2.4m), ("power", false, 1m)],
            ByLine(book, StartHour));
    }

    [Fact]
    public void The_size_changes_over_time_and_the_lines_follow()
    {
        var book = new FleetBook(
            [], [Size(4), Size(8, Start.AddMinutes(30))], [Committed(6, 1m), OnDemand(2m)]);

        Assert.Equal(
            [("committed", false, 5m), ("committed", true, 1m), ("demand", false, 2m)], ByLine(book, StartHour));
    }

    [Fact]
    public void A_purchase_is_written_off_to_the_last_digit_over_its_term_and_ends_with_it()
    {
        var book = Book(3, Bought(3, 30_000.01m, salvage: 1_000m, months: 1), OnDemand(1m));
        var hours = (int)(Start.AddMonths(1) - Start).TotalHours;

        Assert.Equal(3 * 29_000.01m, Enumerable.Range(StartHour, hours).Sum(h => book.OfHour(F1, h)!.Cost.Amount));
        Assert.Equal([("demand", false, 3m)], ByLine(book, StartHour + hours));
    }

    [Fact]
    public void What_was_paid_replaces_every_estimate_of_its_stretch_and_sums_to_what_was_paid()
    {
        var book = Book(10, OnDemand(4m), (Line("bill", CostLineKind.Actual) with { From = Start.AddHours(1), To = Start.AddHours(8), Amount = 100m }).Decide(Start));

        Assert.Equal(100m, Enumerable.Range(StartHour + 1, 7).Sum(h => book.OfHour(F1, h)!.Cost.Amount));
        Assert.Equal([40m, 40m], new[] { 0, 8 }.Select(h => book.OfHour(F1, StartHour + h)!.Cost.Amount));
    }

    [Fact]
    public void Accelerators_that_no_line_pays_for_are_told()
    {
        Assert.Equal([1.75m, 1.75m, 1.75m, 1.75m], Book(10, Committed(3, 2m)).OfHour(F1, StartHour)!.UncoveredAcceleratorHours);
        Assert.Equal(0, Book(10, Committed(3, 2m), OnDemand(1m)).OfHour(F1, StartHour)!.UncoveredAcceleratorHours.Sum());
        Assert.Equal(0, Book(10, (Line("all", CostLineKind.Hourly) with { CostPerHour = 3m }).Decide(Start)).OfHour(F1, StartHour)!.UncoveredAcceleratorHours.Sum());
    }

    [Fact]
    public void The_parts_of_any_hour_sum_to_its_cost_and_none_is_negative() =>
        Gen.Select(Millionths(0), Millionths(1), Millionths(1), Millionths(0), Millionths(0), Gen.Int[0, 2_000])
            .Sample((size, committed, bought, price, percent, hour) =>
            {
                var book = Book(
                    size, Committed(committed, price), Bought(bought, 30_000m, months: 7),
                    OnDemand(decimal.Round(price / 3, 12)), (Line("overhead", CostLineKind.Overhead) with { Percent = percent }).Decide(Start));
                var cost = book.OfHour(F1, StartHour + hour)!;
                Assert.Equal(cost.Cost.Amount, cost.ByPart().Sum(p => p.Cost));
                Assert.All(cost.ByPart(), p => Assert.True(p.Cost >= 0));
                Assert.Equal(0, cost.UncoveredAcceleratorHours.Sum());
            }, iter: 500);

    internal static FleetSize Size(decimal count, DateTimeOffset? from = null) => new SetFleetSize("f1", from ?? Start, "H100", count).Decide(Start);

    /// <summary>A line in few words: of fleet f1, in dollars, from the start.</summary>
    internal static SetCostLine Line(string name, CostLineKind kind) => new() { Fleet = "f1", Line = name, Kind = kind, From = Start, Currency = "USD" };

    private static Gen<decimal> Millionths(int least) => Gen.Int[least, 20_000_000].Select(i => i / 1_000_000m);

    private static CostLine OnDemand(decimal price) => (Line("demand", CostLineKind.OnDemand) with { PricePerAcceleratorHour = price }).Decide(Start);

    private static CostLine Spot(decimal count, decimal price) => (Line("spot", CostLineKind.Spot) with { Count = count, PricePerAcceleratorHour = price }).Decide(Start);

    private static CostLine Committed(decimal count, decimal price) =>
        (Line("committed", CostLineKind.Committed) with { Count = count, PricePerAcceleratorHour = price }).Decide(Start);

    private static CostLine Bought(decimal count, decimal price, decimal salvage = 0, int months = 48) => (Line("bought", CostLineKind.Purchase) with
    {
        Count = count,
        PricePerAccelerator = price,
        SalvagePerAccelerator = salvage,
        TermMonths = months,
    }).Decide(Start);

    private static FleetBook Book(decimal size, params CostLine[] lines) => new([], [Size(size)], lines);

    private static IEnumerable<(string, bool, decimal)> ByLine(FleetBook book, int hour) => book.OfHour(F1, hour)!.ByPart()
        .GroupBy(p => (p.Part.Line, p.Part.IsUnused)).Select(g => (g.Key.Line, g.Key.IsUnused, g.Sum(p => p.Cost)))
        .OrderBy(l => l.Line, StringComparer.Ordinal).ThenBy(l => l.IsUnused);
}
