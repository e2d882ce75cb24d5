using FinOps.Domain.Budgets;
using FinOps.Domain.Periods;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Periods;

public sealed class ClosePeriodTests
{
    private static readonly TimeSpan Settles = TimeSpan.FromHours(2);

    [Fact]
    public void A_month_that_has_settled_is_closed_with_the_figures_of_the_last_full_hour() =>
        Assert.Equal(At(4, 1, 5), Close(3, PeriodBook.Empty, At(4, 1, 5).AddMinutes(41)).AsOf);

    [Fact]
    public void A_month_that_may_still_be_restated_stays_open_and_the_error_says_until_when()
    {
        var rejection = Refused(3, PeriodBook.Empty, At(4, 1, 2).AddMinutes(-1));

        Assert.Equal(("period_provisional", "period"), (rejection.Code, rejection.Field));
        Assert.Contains("until 2026-04-01T02:00Z", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(At(4, 1, 2), Close(3, PeriodBook.Empty, At(4, 1, 2)).AsOf);
    }

    [Fact]
    public void Months_are_closed_once_and_one_after_the_other()
    {
        var book = new PeriodBook([Close(11, PeriodBook.Empty, At(12, 2, 0))]);
        book = new PeriodBook([.. book.Closed, Close(12, book, At(12, 2, 0).AddMonths(1))]);

        Assert.Equal(new CalendarMonth(2027, 1), book.FirstOpen);
        Assert.Equal("period_closed", Refused(11, book, At(12, 2, 0).AddYears(1)).Code);
        Assert.Equal("period_out_of_order", Refused(10, book, At(12, 2, 0).AddYears(1)).Code);
        Assert.Throws<InvariantViolatedException>(() => new PeriodBook(book.Closed.Reverse()));
    }

    private static ClosedPeriod Close(int month, PeriodBook book, DateTimeOffset now) =>
        new ClosePeriod(new CalendarMonth(2026, month), new Window(At(month, 1, 0), At(month, 1, 0).AddMonths(1)), "UTC", null).Decide(book, now, Settles);

    private static Rejection Refused(int month, PeriodBook book, DateTimeOffset now) =>
        Assert.Throws<RejectedException>(() => Close(month, book, now)).Rejections.Single();

    private static DateTimeOffset At(int month, int day, int hour) => new(2026, month, day, hour, 0, 0, TimeSpan.Zero);
}
