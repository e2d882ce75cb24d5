using CsCheck;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Fleets;

public sealed class FleetPresenceTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void States_are_weighted_by_time()
    {
        var presence = FleetPresence.Of([Report(0, 30, 8, FleetState.Serving, capacity: 600), Report(10, 15, 2, FleetState.Unplaced)]);

        var (first, second) = (presence.At(Slot(0))!, presence.At(Slot(1))!);
        Assert.Equal((2m, 300m, 0.25m, 0.25m), (first.AcceleratorHours(FleetState.Serving), first.CapacityWorkUnits, first.ReportedHours, first.CapacityHours));
        Assert.Equal(2m * 5 / 60, first.AcceleratorHours(FleetState.Unplaced), 12);
        Assert.Equal((2m, 300m), (second.AllAcceleratorHours, second.CapacityWorkUnits));
        Assert.Null(presence.At(Slot(2)));
    }

    [Fact]
    public void A_later_report_takes_the_place_of_what_it_overlaps_and_of_no_other_state()
    {
        var presence = FleetPresence.Of(
            [Report(0, 15, 8, FleetState.Serving, capacity: 900), Report(0, 15, 1, FleetState.Draining), Report(5, 10, 6, FleetState.Serving, capacity: 200)]);

        Assert.Equal(
            ["0-15 Draining 1 ", "0-5 Serving 8 300", "5-10 Serving 6 200", "10-15 Serving 8 300"],
            presence.InEffect.OrderBy(r => r.From).ThenByDescending(r => r.State).Select(r =>
                $"{Minute(r.From)}-{Minute(r.To)} {r.State} {r.Count:0.#} {r.CapacityWorkUnits:0.#}"));
        Assert.Equal(800m, presence.At(Slot(0))!.CapacityWorkUnits!.Value, 12);
    }

    [Fact]
    public void Where_something_can_serve_and_does_not_say_how_much_the_capacity_is_not_known()
    {
        var silent = FleetPresence.Of([Report(0, 15, 8, FleetState.Serving)]).At(Slot(0))!;
        var starting = FleetPresence.Of([Report(0, 15, 8, FleetState.WarmUp)]).At(Slot(0))!;

        Assert.Equal((null, 0.25m, 0m), (silent.CapacityWorkUnits, silent.ReportedHours, silent.CapacityHours));
        Assert.Equal((null, 0.25m, 0.25m), (starting.CapacityWorkUnits, starting.ReportedHours, starting.CapacityHours));
    }

    [Fact]
    public void What_is_in_effect_at_any_minute_is_the_last_report_of_it()
    {
        var reports = Gen.Select(Gen.Int[0, 50], Gen.Int[1, 10], Gen.Int[0, 9], Gen.Int[0, 1])
            .Select((from, length, count, state) => Report(from, from + length, count, (FleetState)state, capacity: length * count)).Array[1, 30];
        Check.Sample(reports, recorded =>
        {
            var presence = FleetPresence.Of(recorded);
            return Enumerable.Range(0, 60).All(minute => Enum.GetValues<FleetState>().All(state =>
            {
                var at = Start.AddMinutes(minute);
                var last = recorded.LastOrDefault(r => r.State == state && r.From <= at && at < r.To);
                var now = presence.InEffect.Where(r => r.State == state && r.From <= at && at < r.To).ToList();
                return now.Count <= 1 && now.SingleOrDefault()?.Count == last?.Count
                    && (last is null || Math.Abs(Rate(now[0]) - Rate(last)) < 0.000000001m);
            }));
        });

        static decimal Rate(FleetReport report) => report.CapacityWorkUnits!.Value / (report.To - report.From).Ticks * TimeSpan.TicksPerMinute;
    }

    [Fact]
    public void Time_that_several_reports_cover_is_covered_once()
    {
        var presence = FleetPresence.Of([Report(0, 10, 8, FleetState.Serving, capacity: 1), Report(5, 15, 2, FleetState.Unplaced), Report(20, 25, 2, FleetState.Unplaced)]);

        Assert.Equal((0.25m, 0.25m), (presence.At(Slot(0))!.ReportedHours, presence.At(Slot(0))!.CapacityHours));
        Assert.Equal(5m / 60, presence.At(Slot(1))!.ReportedHours, 12);
    }

    private static FleetReport Report(int fromMinute, int toMinute, decimal count, FleetState state, decimal? capacity = null) => new(
        new FleetId("f"), Start.AddMinutes(fromMinute), Start.AddMinutes(toMinute), "h100", count, state, capacity);

    private static QuarterHour Slot(int quarter) => new(QuarterHour.Holding(Start).Index + quarter);

    private static int Minute(DateTimeOffset at) => (int)(at - Start).TotalMinutes;
}
