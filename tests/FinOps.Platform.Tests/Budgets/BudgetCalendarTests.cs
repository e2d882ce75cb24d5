using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Budgets;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>Where periods start and end, also on nights on which the clock is put forward or back.</summary>
public sealed class BudgetCalendarTests
{
    private static readonly DateTimeOffset Now = At("2026-11-20T12:00");

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00")]
    [InlineData("Europe/Berlin", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00")]
    [InlineData("America/New_York", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00")]
    [InlineData("Asia/Kathmandu", "2026-03-29", "2026-03-28T18:15", "2026-03-29T18:15")]
    // The clock goes forward at midnight: the day starts at one.
    [InlineData("America/Asuncion", "2022-10-02", "2022-10-02T04:00", "2022-10-03T03:00")]
    public void A_day_is_its_zones_day_on_clock_change_nights_too(string zone, string date, string from, string to)
    {
        var day = DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(Window(from, to), BudgetCalendar.Current(new BudgetPeriod.Recurring(PeriodUnit.Day, day, zone), At(from)));
    }

    [Fact]
    public void Periods_that_come_again_follow_each_other_without_a_gap_or_an_overlap_for_years()
    {
        foreach (var zone in (string[])["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"])
        {
            foreach (var unit in Enum.GetValues<PeriodUnit>().Where(u => u != PeriodUnit.Month))
            {
                var period = new BudgetPeriod.Recurring(unit, PeriodDates.StartOf(unit, new DateOnly(2024, 1, 1)), zone);
                var window = BudgetCalendar.Current(period, At("2024-01-01T12:00"));
                while (window.To < At("2028-01-01T00:00"))
                {
                    var next = BudgetCalendar.Current(period, window.To);
                    Assert.Equal(window.To, next.From);
                    Assert.Equal(window, BudgetCalendar.Before(period, next));
                    window = next;
                }
            }
        }
    }

    [Fact]
    public void A_week_starts_on_monday_and_a_quarter_with_its_first_month()
    {
        Assert.Equal(
            Window("2026-11-15T23:00", "2026-11-22T23:00"), BudgetCalendar.Current(new BudgetPeriod.Recurring(PeriodUnit.Week, new(2026, 1, 5), "Europe/Berlin"), Now));
        // From summer time into winter time.
        Assert.Equal(
            Window("2026-09-30T22:00", "2026-12-31T23:00"), BudgetCalendar.Current(new BudgetPeriod.Recurring(PeriodUnit.Quarter, new(2026, 1, 1), "Europe/Berlin"), Now));
    }

    [Fact]
    public void A_first_period_may_be_a_part_and_has_its_share()
    {
        var period = new BudgetPeriod.Monthly(new CalendarMonth(2026, 11), "UTC") { StartsAt = At("2026-11-21T00:00") };

        var first = BudgetCalendar.Current(period, Now);

        Assert.Equal(Window("2026-11-21T00:00", "2026-12-01T00:00"), first);
        Assert.Equal(Window("2026-11-01T00:00", "2026-12-01T00:00"), BudgetCalendar.WholeOf(period, first));
        Assert.Empty(BudgetCalendar.Touched(period, [DayOf("2026-11-20T00:00")], Now));
        Assert.Equal([first], BudgetCalendar.Touched(period, [DayOf("2026-11-21T00:00")], Now));
        Assert.Equal(Window("2026-12-01T00:00", "2027-01-01T00:00"), BudgetCalendar.Current(period, At("2026-12-05T00:00")));
    }

    [Fact]
    public void Usage_of_a_day_lies_in_as_many_rolling_periods_as_they_have_days_and_in_none_that_has_not_begun()
    {
        var period = new BudgetPeriod.Rolling(3, new DateOnly(2026, 11, 1), "UTC");

        Assert.Equal(
            [Window("2026-11-08T00:00", "2026-11-11T00:00"), Window("2026-11-09T00:00", "2026-11-12T00:00"), Window("2026-11-10T00:00", "2026-11-13T00:00")],
            BudgetCalendar.Touched(period, [DayOf("2026-11-10T00:00")], Now));
        Assert.Equal(
            [Window("2026-11-18T00:00", "2026-11-21T00:00")], BudgetCalendar.Touched(period, [DayOf("2026-11-20T00:00")], Now));
        Assert.Equal(Window("2026-11-17T00:00", "2026-11-20T00:00"), BudgetCalendar.Before(period, BudgetCalendar.Current(period, Now)));
        Assert.Null(BudgetCalendar.Before(period, Window("2026-10-30T00:00", "2026-11-02T00:00")));
    }

    private static DateTimeOffset At(string instant) =>
        DateTimeOffset.Parse(instant + "Z", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    private static Window Window(string from, string to) => new(At(from), At(to));

    private static int DayOf(string instant) => BudgetCalendar.DayOf(QuarterHour.Holding(At(instant)));
}
