using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>buyOrBuild</c>: the usage of a unit cost report, read once, priced by each offer as well.</summary>
public sealed class BuyOrBuildReports(NpgsqlDataSource database, LiveBooks live, SeenSeries seen, TimeProvider clock)
{
    private const decimal Million = 1_000_000m;

    internal async Task<BuyOrBuildReport> AskAsync(
        UsageFilter where, IReadOnlyList<ServerlessOfferInput> inputs, IReadOnlyList<Dimension>? groupBy, string timeZone, Viewer viewer,
        CancellationToken cancellation)
    {
        var offers = SetServerlessOffers.Decide([.. inputs.Select(o => o.ToCommand())]);
        var now = clock.GetUtcNow();
        var asked = AskedUnitCost.Of(where, groupBy, timeZone, CostBasis.Allocation, null, viewer, now);
        var question = asked.Question;
        var books = await live.NowAsync(cancellation);
        // All usage of the fleets shown, since it shares their cost.
        var all = await seen.OfAsync(null, cancellation);
        var fleets = all.Where(s => question.Shows(s.Series)).Select(s => s.Series.Fleet).OfType<FleetId>().ToHashSet();
        var series = all.Where(s => question.Shows(s.Series) || (s.Series.Fleet is { } fleet && fleets.Contains(fleet))).ToList();
        var (sums, priced) = (new UnitCostSums(question, books, WorkWeights.ByDate), new OfferSums(question, books, offers));
        var first = new QuarterHour(question.Window.FirstSlot.Hour * FleetHours.Quarters);
        var end = new QuarterHour((new QuarterHour(question.Window.EndSlot.Index - 1).Hour + 1) * FleetHours.Quarters);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await foreach (var hour in UsageBuckets.FleetHoursAsync(connection, series, first, end, null, cancellation))
        {
            sums.Add(hour.Fleet, hour.Hour, hour.Usage);
            priced.Add(hour.Fleet, hour.Usage);
            if (sums.CellCount > Limits.ReportRows) throw TooManyRows();
        }

        var summary = sums.Finish();
        if (summary.Rows.Count > Limits.ReportRows) throw TooManyRows();
        if (priced.Currency is { } offered && summary.Currency is { } own && offered != own)
            throw new RejectedException(new Rejection("currency_mixed", "offers", $"The fleets cost {own}, the offers are in {offered}; there is no exchange rate that would be true for every reader."));
        return new BuyOrBuildReport(
            [.. summary.Rows.Select(r => Row(r.Key, r.Cell, priced.Of(r.Key)))], Row(CellKey.Total, summary.Total, priced.Total()),
            (summary.Currency ?? priced.Currency)?.Code, timeZone);

        BuyOrBuildRow Row(CellKey key, UnitCostCell cell, IReadOnlyList<OfferCost> costs)
        {
            var (tokens, hours) = (cell.Quantities.Total, HoursOf(key, question, now));
            return new BuyOrBuildRow(
                UnitCostRow.Of(key, cell, asked.Calendar), hours == 0 ? null : Figure(tokens / hours),
                [.. costs.Select((cost, i) => View(offers[i].Name, cost, OfferVerdict.Of(cost, cell.Cost, tokens, hours), tokens))]);
        }
    }

    private static OfferView View(string name, OfferCost cost, OfferVerdict verdict, long tokens) => new(
        name, verdict.Cost, tokens == 0 || verdict.Cost is not { } amount ? null : Figure(amount * Million / tokens), cost.UnpricedTokens,
        verdict.Difference, verdict.BreakEvenLoad, verdict.BreakEvenTokensPerHour);

    /// <summary>The part of a row's time that lies in the window and has passed.</summary>
    private static decimal HoursOf(CellKey key, UnitCostQuestion question, DateTimeOffset now)
    {
        var (from, to) = key.Bucket == TimeBuckets.NoBucket
            ? (question.Window.From, question.Window.To)
            : (question.Buckets.StartOf(key.Bucket).Start, question.Buckets.EndOf(key.Bucket)?.Start ?? question.Window.To);
        if (from < question.Window.From) from = question.Window.From;
        if (to > now) to = now;
        return to > from ? Hours.Between(from, to) : 0;
    }

    private static decimal Figure(decimal value) => decimal.Round(value, UnitCostCell.FigureDecimals, MidpointRounding.ToEven);

    private static RejectedException TooManyRows() => new(new Rejection(
        "report_too_large", "groupBy", $"The report would have more than {Limits.ReportRows} rows; group coarser or narrow the window."));
}
