using FinOps.Domain.Budgets;
using FinOps.Domain.Periods;
using FinOps.Domain.Reporting;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using GraphQL;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Periods;

/// <summary>Accounting months, and what each of them owes.</summary>
public sealed class PeriodQueries
{
    /// <summary>The closed months and the one that is open.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<PeriodView>> Periods(
        [FromServices] LiveBooks books, [FromServices] AccountingCalendar calendar, [FromServices] TimeProvider clock, CancellationToken cancellation)
    {
        var book = (await books.NowAsync(cancellation)).Periods;
        var open = book.FirstOpen ?? calendar.MonthHolding(clock.GetUtcNow());
        return [.. book.Closed.Select(PeriodView.Of), PeriodView.OfOpen(open, calendar)];
    }

    /// <summary>
    /// What a month costs and owes: of a closed month the figures of its closing, and, for itself, what changed earlier months since theirs.
    /// Over all months the statements sum to the figures of now.
    /// </summary>
    /// <param name="period">As 2026-03.</param>
    /// <param name="groupBy">TENANT, MODEL and FLEET.</param>
    /// <param name="currency">ISO 4217; by default the only one that there is.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<StatementView> Statement(
        string period, [FromServices] PeriodStatements statements, [FromServices] Viewer viewer, CancellationToken cancellation,
        IReadOnlyList<Dimension>? groupBy = null, string? currency = null) =>
        statements.OfAsync(AccountingCalendar.Month(period), groupBy ?? [Dimension.Tenant], currency, viewer, cancellation);
}

/// <summary>Closing.</summary>
public sealed class PeriodMutations
{
    /// <summary>Makes a month's figures final. It must have settled; months are closed one after the other and never opened again.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<PeriodView> ClosePeriod(
        ClosePeriodInput input, [FromServices] RecordInBooks books, [FromServices] LiveBooks live, [FromServices] AccountingCalendar calendar,
        [FromServices] IConfiguration configuration, [FromServices] TimeProvider clock, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var settlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);
        var month = AccountingCalendar.Month(input.Period);
        var close = new ClosePeriod(month, calendar.WindowOf(month), calendar.TimeZone, input.Remark);
        var closed = close.Decide((await live.NowAsync(cancellation)).Periods, now, settlesAfter);
        await books.AppendAsync([PeriodClosed.Entry(close, closed, settlesAfter, now, viewer.Name)], cancellation);
        return PeriodView.Of(closed);
    }
}

/// <summary>Which month.</summary>
[Name("ClosePeriodInput")]
public sealed class ClosePeriodInput
{
    /// <summary>As 2026-03.</summary>
    public required string Period { get; init; }

    /// <summary>For the auditor.</summary>
    public string? Remark { get; init; }
}

/// <summary>Whether a month's figures are final.</summary>
public enum PeriodStatus
{
    Open,
    Closed,
}

/// <summary>An accounting month.</summary>
/// <param name="Period">As 2026-03.</param>
/// <param name="Status">Whether its figures are final.</param>
/// <param name="Start">Inclusive.</param>
/// <param name="End">Exclusive.</param>
/// <param name="TimeZone">Of the accounting calendar.</param>
/// <param name="AsOf">The record time of its figures; null while it is open.</param>
/// <param name="Remark">As it was closed.</param>
[Name("Period")]
public sealed record PeriodView(
    string Period, PeriodStatus Status, DateTimeOffset Start, DateTimeOffset End, string TimeZone, DateTimeOffset? AsOf, string? Remark)
{
    internal static PeriodView Of(ClosedPeriod closed) => new(
        closed.Month.ToString(), PeriodStatus.Closed, closed.Window.From, closed.Window.To, closed.TimeZone, closed.AsOf, closed.Remark);

    internal static PeriodView OfOpen(CalendarMonth month, AccountingCalendar calendar) => new(
        month.ToString(), PeriodStatus.Open, calendar.WindowOf(month).From, calendar.WindowOf(month).To, calendar.TimeZone, null, null);
}
