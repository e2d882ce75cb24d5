using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Rollovers;

namespace FinOps.Platform.Tests.Jobs;

public sealed class EndPeriodsTests
{
    private static readonly BudgetPeriod Berlin = new BudgetPeriod.Monthly(new CalendarMonth(2026, 1), "Europe/Berlin");

    [Fact]
    [Trait("Reliability", "T42")]
    public void Three_periods_that_were_missed_end_one_after_the_other_each_once()
    {
        var settled = new DateTimeOffset(2026, 4, 10, 0, 0, 0, TimeSpan.Zero);
        var ended = EndPeriods.Ended(Berlin, last: null, settled).ToList();
        Assert.Equal([1, 2, 3], ended.Select(w => w.From.AddHours(2).Month));
        Assert.All(ended.Zip(ended.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.Equal([3], EndPeriods.Ended(Berlin, ended[1].From, settled).Select(w => w.From.AddHours(2).Month));
        Assert.Empty(EndPeriods.Ended(Berlin, ended[2].From, settled));
    }

    [Fact]
    [Trait("Reliability", "T42")]
    public void On_the_nights_when_clocks_change_a_month_ends_when_the_zones_next_begins()
    {
        // March has 743 hours there and October 745.
        var year = EndPeriods.Ended(Berlin, last: null, new DateTimeOffset(2027, 1, 2, 0, 0, 0, TimeSpan.Zero)).ToList();
        Assert.Equal(12, year.Count);
        Assert.Equal((743, 745), ((year[2].To - year[2].From).TotalHours, (year[9].To - year[9].From).TotalHours));
        Assert.Equal(365 * 24, year.Sum(w => (w.To - w.From).TotalHours));
    }

    [Fact]
    public void A_custom_period_ends_once()
    {
        var window = new Window(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));
        var once = new BudgetPeriod.Custom(window, "UTC");
        Assert.Empty(EndPeriods.Ended(once, null, window.To.AddTicks(-1)));
        Assert.Equal([window], EndPeriods.Ended(once, null, window.To));
        Assert.Empty(EndPeriods.Ended(once, window.From, window.To));
    }
}
