using System.Data;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>varianceReport</c>: the sums of <c>unitCost</c> where something has a target, with what stands behind them.</summary>
public sealed class VarianceReports(
    NpgsqlDataSource database, LiveBooks live, RollUps rollUps, TimeProvider clock, IConfiguration configuration)
{
    private readonly TimeSpan hourSettlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);

    internal async Task<VarianceReport> AskAsync(UnitCostArguments arguments, Viewer viewer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var books = await BooksAsync(arguments, cancellation);
        var asked = AskedUnitCost.Of(arguments, viewer, books.Tenants, now);
        return await rollUps.AskAsync(asked, now - hourSettlesAfter, cancellation) is { } rolledUp
            ? Report(asked, rolledUp.Summary)
            : await FromBucketsAsync(asked, books, cancellation);
    }

    /// <summary>From every quarter-hour: for what roll-ups do not cover, and for tests that compare the two.</summary>
    internal async Task<VarianceReport> FromBucketsAsync(AskedUnitCost asked, Books books, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var reading = await ReadUnitCost.OfAsync(connection, asked.Question, books, cancellation);
        return Report(asked, await reading.SumAsync(connection, asked.Question, books, asked.AsOf, cancellation));
    }

    private Task<Books> BooksAsync(UnitCostArguments arguments, CancellationToken cancellation) =>
        arguments.AsOf is { } instant ? live.AsOfAsync(instant, cancellation) : live.NowAsync(cancellation);

    private VarianceReport Report(AskedUnitCost asked, UnitCostSummary summary)
    {
        var (total, evidence) = (summary.Total, summary.Evidence!);
        var sources = evidence.Fleets.Aggregate((Reported: 0m, Said: 0m), (sum, f) => (sum.Reported + f.ReportedCost, sum.Said + f.UnreportedCost));
        return new VarianceReport(
            [.. summary.Rows.Where(r => r.Cell.Targets is not null).Select(r => VarianceRow.Of(r.Key, r.Cell, asked.Calendars))],
            VarianceRow.Of(CellKey.Total, total, asked.Calendars), total.TargetedShare,
            UnitEconomicsRow.Per(total.Targets?.ComparedCost ?? 0, total.Cost ?? 0), summary.Currency?.Code, asked.TimeZone,
            string.Join(", ", summary.WeightSets), Provisional.From(asked.Question.Window, asked.Question.Now, hourSettlesAfter),
            CapacityShareView.Of([(CapacitySource.Reported, sources.Reported), (CapacitySource.Target, sources.Said)]),
            summary.Currency is { } currency ? [.. ExplainVariance.Of(evidence, total.Targets?.Gap ?? 0, currency).Select(VarianceExplanationView.Of)] : []);
    }
}
