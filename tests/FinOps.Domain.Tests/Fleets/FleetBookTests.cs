using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Fleets;

public sealed class FleetBookTests
{
    private static readonly FleetId F1 = new("f1");
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly int StartHour = QuarterHour.Holding(Start).Hour;

    [Fact]
    public void An_hour_costs_the_sum_of_its_quarters()
    {
        var book = new FleetBook([Line(0, null, 12m), Line(30, null, 24m)]);

        Assert.Equal(3m + 3m + 6m + 6m, book.OfHour(F1, StartHour)!.Cost.Amount);
        Assert.Equal(24m, book.OfHour(F1, StartHour + 1)!.Cost.Amount);
    }

    [Fact]
    public void An_hour_is_rounded_once_to_twelve_decimals_half_to_even()
    {
        Assert.Equal(0.000000000001m, new FleetBook([Line(0, null, 0.000000000001m)]).OfHour(F1, StartHour)!.Cost.Amount);
        // A quarter of 2e-12 is 0.5e-12, half way to even zero; three of 2e-12 are 1.5e-12, half way to even two.
        Assert.Equal(0m, new FleetBook([Line(45, null, 0.000000000002m)]).OfHour(F1, StartHour)!.Cost.Amount);
        Assert.Equal(0.000000000002m, new FleetBook([Line(15, null, 0.000000000002m)]).OfHour(F1, StartHour)!.Cost.Amount);
    }

    [Fact]
    public void A_line_ends_where_it_says_and_the_cost_after_it_is_unknown()
    {
        var book = new FleetBook([Line(0, 75, 8m)]);

        Assert.Null(book.OfHour(F1, StartHour - 1));
        Assert.Equal(8m, book.OfHour(F1, StartHour)!.Cost.Amount);
        Assert.Equal(2m, book.OfHour(F1, StartHour + 1)!.Cost.Amount);
        Assert.Null(book.OfHour(F1, StartHour + 2));
        Assert.True(book.IsRegistered(F1));
        Assert.False(book.IsRegistered(new FleetId("f2")));
    }

    [Fact]
    public void A_later_line_supersedes_an_earlier_one_and_the_same_start_again_replaces()
    {
        var book = new FleetBook([Line(0, 600, 8m), Line(60, 120, 4m), Line(0, 600, 10m)]);

        Assert.Equal([10m, 4m], new[] { 0, 1 }.Select(h => book.OfHour(F1, StartHour + h)!.Cost.Amount));
        Assert.Null(book.OfHour(F1, StartHour + 2));
    }

    [Fact]
    public void An_hour_that_has_begun_costs_whole_and_one_that_has_not_costs_nothing()
    {
        var book = new FleetBook([Line(0, null, 8m)]);
        var day = new Window(Start, Start.AddDays(1));

        Assert.Equal(3, FleetHours.Within(book, F1, day, Start.AddHours(2)).Count());
        Assert.Equal(2, FleetHours.Within(book, F1, day, Start.AddHours(2).AddTicks(-1)).Count());
        Assert.Equal(24, FleetHours.Within(book, F1, day, Start.AddDays(9)).Count());
    }

    [Fact]
    public void Hours_are_found_where_the_lines_are_not_over_the_whole_window()
    {
        var book = new FleetBook([Line(30, 105, 8m)]);

        Assert.Equal(
            [(StartHour, 4m), (StartHour + 1, 6m)],
            FleetHours.Within(book, F1, new Window(Start.AddYears(-5), Start.AddYears(5)), Start.AddYears(9))
                .Select(h => (h.Hour, h.Cost.Cost.Amount)));
    }

    [Fact]
    public void Bad_lines_are_refused_with_every_field_named()
    {
        var refused = Assert.Throws<RejectedException>(() =>
            new SetFleetCost(" f", Start.AddMinutes(1), Start, -1m, "US", "", 0).Decide(Start));

        Assert.Equal(
            ["fleet", "currency", "costPerHour", "from", "to", "accelerator", "count"], refused.Rejections.Select(r => r.Field));
        Assert.Contains("2026-03-01T00:15:00Z", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_hour_is_provisional_until_two_hours_after_its_end()
    {
        var day = new Window(Start, Start.AddDays(1));
        var settles = TimeSpan.FromHours(2);

        Assert.Equal(Start, Provisional.From(day, Start.AddMinutes(5), settles));
        Assert.Equal(Start, Provisional.From(day, Start.AddHours(3).AddTicks(-1), settles));
        Assert.Equal(Start.AddHours(1), Provisional.From(day, Start.AddHours(3), settles));
        Assert.Equal(Start.AddHours(23), Provisional.From(day, Start.AddHours(26).AddTicks(-1), settles));
        Assert.Null(Provisional.From(day, Start.AddHours(26), settles));
    }

    private static FleetCost Line(int fromMinute, int? toMinute, decimal perHour) => new SetFleetCost(
        "f1", Start.AddMinutes(fromMinute), toMinute is { } to ? Start.AddMinutes(to) : null, perHour, "USD", "H100", 4).Decide(Start);
}
