using System.Data;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Currencies;
using FinOps.Platform.Fleets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>unitCost</c> from roll-ups where they cover the question, else from buckets and books; never from events.</summary>
public sealed class UnitCostReports(
    NpgsqlDataSource database, LiveBooks live, FleetSigns signs, RollUps rollUps, TimeProvider clock, IConfiguration configuration)
{
    private readonly TimeSpan hourSettlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);

    public async Task<UnitCostReport> AskAsync(
        UnitCostArguments arguments, Viewer viewer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var books = arguments.AsOf is { } instant ? await live.AsOfAsync(instant, cancellation) : await live.NowAsync(cancellation);
        var asked = AskedUnitCost.Of(arguments, viewer, books.Tenants, now);
        return await rollUps.AskAsync(asked, now - hourSettlesAfter, cancellation) is { } rolledUp
            ? Report(asked, books, rolledUp.Summary, rolledUp.LastCommitAt)
            : (await AnswerAsync(asked, [books], cancellation))[0];
    }

    /// <summary>From every quarter-hour: for what roll-ups do not cover, and for tests that compare the two.</summary>
    internal async Task<UnitCostReport> FromBucketsAsync(AskedUnitCost asked, CancellationToken cancellation)
    {
        var books = asked.AsOf is { } instant ? await live.AsOfAsync(instant, cancellation) : await live.NowAsync(cancellation);
        return (await AnswerAsync(asked, [books], cancellation))[0];
    }

    /// <summary>The same usage by each of the books, in one snapshot.</summary>
    /// <returns>A report for each, in their order.</returns>
    internal async Task<IReadOnlyList<UnitCostReport>> AnswerAsync(
        AskedUnitCost asked, IReadOnlyList<Books> rated, CancellationToken cancellation)
    {
        var question = asked.Question;

        await using var connection = await database.OpenConnectionAsync(cancellation);
        // One snapshot, so that the freshness shown is that of the figures.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var lastCommitAt = await LastCommitAtAsync(connection, question.Tenants, cancellation);
        var reports = new List<UnitCostReport>();
        foreach (var books in rated)
        {
            var reading = await ReadUnitCost.OfAsync(connection, question, books, cancellation);
            reports.Add(Report(asked, books, await reading.SumAsync(connection, question, books, asked.AsOf, cancellation), lastCommitAt));
        }

        return reports;
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

    private static decimal? Share(long part, long whole) =>
        whole == 0 ? null : UnitCostCell.Figure((decimal)part / whole);

    private UnitCostReport Report(AskedUnitCost asked, Books books, UnitCostSummary summary, DateTimeOffset? lastCommitAt)
    {
        var question = asked.Question;
        var total = summary.Total;
        var provisionalFrom = Provisional.From(question.Window, question.Now, hourSettlesAfter);
        var weights = summary.WeightSets.Count > 0
            ? string.Join(", ", summary.WeightSets)
            : books.Weights.At(question.Window.FirstSlot).Name;
        return new UnitCostReport(
            [.. summary.Rows.Select(r => UnitCostRow.Of(r.Key, r.Cell, asked.Calendars))],
            UnitCostRow.Of(CellKey.Total, total, asked.Calendars),
            question.Basis,
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
                [.. summary.RateCards.Select(c => new RateCardUsed(c.Model.Value, c.Version, c.From))],
                Share(total.UnpricedTokens, total.Quantities.Total),
                Share(summary.Rows.Where(r => r.Key.Kind == RowKind.Unattributed).Sum(r => r.Cell.Records), total.Records),
                books.LastRecordedAt)
            {
                Heard = question.ShowsIdle
                    ? cancellation => signs.OfAsync(
                        books, [.. books.Fleets.Fleets.Where(f => books.Fleets.IsRegistered(f) && question.Shows(f))], question.Now, asked.AsOf, cancellation)
                    : null,
            },
            [.. summary.ExchangeRates.Select(ExchangeRateView.Of)]);
    }
}
