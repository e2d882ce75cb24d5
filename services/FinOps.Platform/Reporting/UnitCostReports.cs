using System.Data;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>unitCost</c> from roll-ups where they cover the question, else from buckets and books; never from events.</summary>
public sealed class UnitCostReports(
    NpgsqlDataSource database, LiveBooks live, SeenSeries seen, RollUps rollUps, TimeProvider clock, IConfiguration configuration)
{
    private readonly TimeSpan hourSettlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);

    public async Task<UnitCostReport> AskAsync(
        UsageFilter where, IReadOnlyList<Dimension>? groupBy, string timeZone, CostBasis basis, DateTimeOffset? asOf, Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var asked = AskedUnitCost.Of(where, groupBy, timeZone, basis, asOf, viewer, now);
        return await rollUps.AskAsync(asked, now - hourSettlesAfter, cancellation) is { } rolledUp
            ? Report(asked, rolledUp.Summary, rolledUp.LastCommitAt)
            : await FromBucketsAsync(asked, cancellation);
    }

    /// <summary>From every quarter-hour: for what roll-ups do not cover, and for tests that compare the two.</summary>
    internal async Task<UnitCostReport> FromBucketsAsync(AskedUnitCost asked, CancellationToken cancellation)
    {
        var (question, asOf) = (asked.Question, asked.AsOf);
        var books = asOf is { } instant ? await live.AsOfAsync(instant, cancellation) : await live.NowAsync(cancellation);
        var series = await SeriesAsync(question, books, cancellation);

        await using var connection = await database.OpenConnectionAsync(cancellation);
        // One snapshot, so that the freshness shown is that of the figures.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var lastCommitAt = await LastCommitAtAsync(connection, question.Tenants, cancellation);
        var sums = new UnitCostSums(question, books, WorkWeights.ByDate);
        // A part of an hour shares the hour's cost with the rest of its work, so whole hours are read.
        var first = new QuarterHour(question.Window.FirstSlot.Hour * FleetHours.Quarters);
        var end = new QuarterHour((new QuarterHour(question.Window.EndSlot.Index - 1).Hour + 1) * FleetHours.Quarters);
        var recordedBefore = asOf is { } known ? QuarterHour.Holding(known).Hour : (int?)null;
        await foreach (var hour in UsageBuckets.FleetHoursAsync(connection, series, first, end, recordedBefore, cancellation))
        {
            sums.Add(hour.Fleet, hour.Hour, hour.Usage);
            if (sums.CellCount > Limits.ReportRows) throw TooManyRows();
        }

        return Report(asked, sums.Finish(), lastCommitAt);
    }

    /// <summary>The series shown and, where costs are asked for, those that share their fleets.</summary>
    private async Task<IReadOnlyList<(int Id, UsageSeries Series)>> SeriesAsync(
        UnitCostQuestion question, Books books, CancellationToken cancellation)
    {
        if (!question.ShowsCost)
            return [.. (await seen.OfAsync(question.Tenants?.ToList(), cancellation)).Where(s => question.Shows(s.Series))];
        var all = await seen.OfAsync(null, cancellation);
        var fleets = all.Where(s => question.Shows(s.Series)).Select(s => s.Series.Fleet).OfType<FleetId>()
            .Where(books.Fleets.IsRegistered).ToHashSet();
        return [.. all.Where(s => question.Shows(s.Series) || (s.Series.Fleet is { } fleet && fleets.Contains(fleet)))];
    }

    private static async Task<DateTimeOffset?> LastCommitAtAsync(
        NpgsqlConnection connection, IReadOnlySet<TenantId>? tenants, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select max(last_commit_at) from finops.ingestion_tally where $1::text[] is null or tenant = any($1)", connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = (object?)tenants?.Select(t => t.Value).ToArray() ?? DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
        });
        return await command.ExecuteScalarAsync(cancellation) is DateTime at ? new DateTimeOffset(at) : null;
    }

    private UnitCostReport Report(AskedUnitCost asked, UnitCostSummary summary, DateTimeOffset? lastCommitAt)
    {
        if (summary.Rows.Count > Limits.ReportRows) throw TooManyRows();
        var question = asked.Question;
        var total = summary.Total;
        var provisionalFrom = Provisional.From(question.Window, question.Now, hourSettlesAfter);
        var weights = summary.WeightSets.Count > 0
            ? string.Join(", ", summary.WeightSets)
            : WorkWeights.ByDate.At(question.Window.FirstSlot)!.Name;
        return new UnitCostReport(
            [.. summary.Rows.Select(r => UnitCostRow.Of(r.Key, r.Cell, asked.Calendar))],
            UnitCostRow.Of(CellKey.Total, total, asked.Calendar),
            CostBasis.Allocation,
            summary.Currency?.Code,
            asked.TimeZone,
            weights,
            asked.AsOf,
            new UnitCostCompleteness(
                provisionalFrom is not null,
                provisionalFrom,
                total.UnpricedTokens,
                summary.UnpricedModels,
                summary.Rows.Where(r => r.Key.Kind == RowKind.Unattributed).Sum(r => r.Cell.Records),
                total.UncostedRecords,
                total.IncompleteRecords,
                question.ShowsCost ? total.TargetedShare : null,
                total.InheritedTokens > 0,
                lastCommitAt));
    }

    private static RejectedException TooManyRows() => new(new Rejection(
        "report_too_large", "groupBy", $"The report would have more than {Limits.ReportRows} rows; group coarser or narrow the window."));
}
