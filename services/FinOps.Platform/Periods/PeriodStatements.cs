using FinOps.Domain.Budgets;
using FinOps.Domain.Periods;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using Npgsql;

namespace FinOps.Platform.Periods;

/// <summary>
/// A month's statement, from reports alone: a closed month's figures are those of its closing, and what moved them later stands in the statement
/// of the month that was open then. So statements never change once their month is closed, and all of them sum to the figures of now.
/// </summary>
public sealed class PeriodStatements(UnitCostReports reports, LiveBooks live, AccountingCalendar calendar, NpgsqlDataSource database)
{
    public async Task<StatementView> OfAsync(
        CalendarMonth month, IReadOnlyList<Dimension> groupBy, string? currency, Viewer viewer, CancellationToken cancellation)
    {
        if (groupBy.Any(d => d is not (Dimension.Tenant or Dimension.Model or Dimension.Fleet)))
            throw new RejectedException(new Rejection("group_by_invalid", "groupBy", "A statement is of a month; group it by TENANT, MODEL and FLEET."));
        var book = (await live.NowAsync(cancellation)).Periods;
        var closed = book.Find(month);
        var own = await ReportAsync(closed?.Window ?? calendar.WindowOf(month), closed?.AsOf);

        // What closed months owe more or less belongs to the month that was the first open one then.
        var adjustments = new List<AdjustmentRow>();
        var earlier = closed is not null || book.FirstOpen == month ? book.Closed.Where(c => c.Month < month).ToList() : [];
        foreach (var period in earlier)
        {
            if (!await MovedAsync(period, since: earlier[^1].AsOf, until: closed?.AsOf, cancellation)) continue;
            var before = await ReportAsync(period.Window, earlier[^1].AsOf);
            var after = await ReportAsync(period.Window, closed?.AsOf);
            adjustments.AddRange(Differences(period.Month.ToString(), before.Rows, after.Rows));
        }

        return new StatementView(
            closed is null ? PeriodView.OfOpen(month, calendar) : PeriodView.Of(closed), own.Currency, [.. own.Rows.Select(StatementRow.Of)], adjustments,
            StatementTotal.Of(own.Total, adjustments));

        Task<UnitCostReport> ReportAsync(Window window, DateTimeOffset? asOf) => reports.AskAsync(
            new UnitCostArguments(new UsageFilter { From = window.From, To = window.To }, groupBy, Currency: currency, AsOf: asOf), viewer, cancellation);
    }

    /// <summary>Most closed months never move again, and need no reports to say so.</summary>
    private async Task<bool> MovedAsync(ClosedPeriod period, DateTimeOffset since, DateTimeOffset? until, CancellationToken cancellation)
    {
        if (await live.ChangedAsync(since, until, cancellation)) return true;
        await using var command = database.CreateCommand(
            "select exists (select from finops.bucket where slot >= $1 and slot < $2 and recorded_hour >= $3 and recorded_hour < $4)");
        foreach (var bound in (int[])[
            period.Window.FirstSlot.Index, period.Window.EndSlot.Index, QuarterHour.Holding(since).Hour,
            until is { } end ? QuarterHour.Holding(end).Hour : int.MaxValue])
            command.Parameters.Add(new NpgsqlParameter { Value = bound });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static IEnumerable<AdjustmentRow> Differences(string period, IReadOnlyList<UnitCostRow> before, IReadOnlyList<UnitCostRow> after)
    {
        var earlier = before.ToDictionary(Key);
        var later = after.ToDictionary(Key);
        return after.Select(Key).Concat(before.Select(Key).Where(k => !later.ContainsKey(k)))
            .Select(k => AdjustmentRow.Between(period, earlier.GetValueOrDefault(k), later.GetValueOrDefault(k))).OfType<AdjustmentRow>();
    }

    private static (RowKind Kind, string? Tenant, string? Model, string? Fleet) Key(UnitCostRow row) => (row.Kind, row.Tenant, row.Model, row.Fleet);
}
