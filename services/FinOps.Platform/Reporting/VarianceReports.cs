using System.Data;
using FinOps.Domain.Reporting;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>varianceReport</c>: the sums of <c>unitCost</c> where something has a target, with what stands behind them.</summary>
public sealed class VarianceReports(NpgsqlDataSource database, LiveBooks live, SeenSeries seen, TimeProvider clock, IConfiguration configuration)
{
    private readonly TimeSpan hourSettlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);

    internal async Task<VarianceReport> AskAsync(UnitCostArguments arguments, Viewer viewer, CancellationToken cancellation)
    {
        var books = arguments.AsOf is { } instant ? await live.AsOfAsync(instant, cancellation) : await live.NowAsync(cancellation);
        var asked = AskedUnitCost.Of(arguments, viewer, books.Tenants, clock.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var reading = await ReadUnitCost.OfAsync(seen, asked.Question, books, cancellation);
        var summary = await reading.SumAsync(connection, asked.Question, books, asked.AsOf, cancellation);
        var total = summary.Total;
        var compared = total.Targets?.ComparedCost;
        var sources = summary.Evidence!.Fleets.Aggregate((Reported: 0m, Said: 0m), (sum, f) => (sum.Reported + f.ReportedCost, sum.Said + f.UnreportedCost));
        return new VarianceReport(
            [.. summary.Rows.Where(r => r.Cell.Targets is not null).Select(r => VarianceRow.Of(r.Key, r.Cell, asked.Calendars))],
            VarianceRow.Of(CellKey.Total, total, asked.Calendars), total.TargetedShare, UnitEconomicsRow.Per(compared ?? 0, total.Cost ?? 0),
            summary.Currency?.Code, asked.TimeZone, string.Join(", ", summary.WeightSets),
            Provisional.From(asked.Question.Window, asked.Question.Now, hourSettlesAfter),
            CapacityShareView.Of([(CapacitySource.Reported, sources.Reported), (CapacitySource.Target, sources.Said)]),
            summary.Currency is { } currency
                ? [.. ExplainVariance.Of(summary.Evidence, total.Targets?.Gap ?? 0, currency).Select(VarianceExplanationView.Of)]
                : []);
    }
}
