using FinOps.Domain.Periods;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Periods;

/// <summary>Stored as <c>period_closed_v1</c> in the stream <c>periods</c>, all months in one, so that closings come one after the other.</summary>
public sealed record PeriodClosed(
    string Period, DateTimeOffset From, DateTimeOffset To, string TimeZone, DateTimeOffset AsOf, string? Remark, DateTimeOffset RecordedAt,
    string RecordedBy) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.Period, Line: Period);

    /// <param name="close">Decided again while the stream is locked.</param>
    /// <param name="closed">What was decided.</param>
    /// <param name="settlesAfter">As for the decision.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    internal static BookEntry Entry(ClosePeriod close, ClosedPeriod closed, TimeSpan settlesAfter, DateTimeOffset now, string by) => new(
        "periods",
        new PeriodClosed(
            closed.Month.ToString(), closed.Window.From, closed.Window.To, closed.TimeZone, closed.AsOf, closed.Remark, now, by),
        books => close.Decide(books.Periods, now, settlesAfter) == closed);

    internal ClosedPeriod ToPeriod() => new(AccountingCalendar.Month(Period), new Window(From, To), TimeZone, AsOf, Remark);
}
