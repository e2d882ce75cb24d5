using System.Data;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>unitCost</c> from buckets and books; never from events.</summary>
public sealed class UnitCostReports(
    NpgsqlDataSource database, LiveBooks live, SeenSeries seen, TimeProvider clock, IConfiguration configuration)
{
    private readonly TimeSpan hourSettlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);

    public async Task<UnitCostReport> AskAsync(
        UsageFilter where, IReadOnlyList<Dimension>? groupBy, string timeZone, CostBasis basis, DateTimeOffset? asOf, Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var asked = AskedUnitCost.Of(where, groupBy, timeZone, basis, asOf, viewer, now);
        var question = asked.Question;
        var books = asOf is { } instant ? await live.AsOfAsync(instant, cancellation) : await live.NowAsync(cancellation);
        var reading = await ReadUnitCost.OfAsync(seen, question, books, cancellation);

        await using var connection = await database.OpenConnectionAsync(cancellation);
        // One snapshot, so that the freshness shown is that of the figures.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var lastCommitAt = await LastCommitAtAsync(connection, question.Tenants, cancellation);
        var recordedBefore = asOf is { } known ? QuarterHour.Holding(known).Hour : (int?)null;
        return Report(asked, await reading.SumAsync(connection, question, books, recordedBefore, cancellation), lastCommitAt);
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
                lastCommitAt,
                [.. summary.RateCards.Select(c => new RateCardUsed(c.Model.Value, c.Version, c.From))]));
    }
}
