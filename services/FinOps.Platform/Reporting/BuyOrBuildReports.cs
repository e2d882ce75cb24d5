using System.Data;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Pricing;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>buyOrBuild</c>: the usage of a unit cost report, priced by each offer as well.</summary>
public sealed class BuyOrBuildReports(NpgsqlDataSource database, LiveBooks live, TimeProvider clock)
{
    private const decimal Million = 1_000_000m;

    internal async Task<BuyOrBuildReport> AskAsync(
        UsageFilter where, IReadOnlyList<ServerlessOfferInput> inputs, IReadOnlyList<Dimension>? groupBy, string timeZone, Viewer viewer,
        CancellationToken cancellation)
    {
        var offers = SetServerlessOffers.Decide([.. inputs.Select(o => o.ToCommand())]);
        var now = clock.GetUtcNow();
        var books = await live.NowAsync(cancellation);
        var asked = AskedUnitCost.Of(new UnitCostArguments(where, groupBy, TimeZone: timeZone), viewer, books.Tenants, now);
        var question = asked.Question;
        if (question.OwnBuckets.Count > 0)
            throw new RejectedException(new Rejection("time_zone_unsupported", "timeZone", "Offers are compared over the days of one zone; name it, or one tenant."));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var reading = await ReadUnitCost.OfAsync(connection, question, books, cancellation);
        var summary = await reading.SumAsync(connection, question, books, null, cancellation);
        var priced = new OfferSums(question, books, offers);
        var (first, end) = FleetHours.Whole(question.Window);
        var shown = reading.Hourly.Where(s => question.Shows(s.Series)).ToList();
        await foreach (var hour in UsageBuckets.FleetHoursAsync(connection, shown, first, end, null, cancellation)) priced.Add(hour.Fleet, hour.Usage);
        if (priced.Currency is { } offered && summary.Currency is { } own && offered != own)
            throw new RejectedException(new Rejection("currency_mixed", "offers", $"The fleets cost {own}, the offers are in {offered}; give offers in the currency of the fleets."));
        return new BuyOrBuildReport(
            [.. summary.Rows.Select(r => Row(r.Key, r.Cell, priced.Of(r.Key)))], Row(CellKey.Total, summary.Total, priced.Total()),
            (summary.Currency ?? priced.Currency)?.Code, timeZone);

        BuyOrBuildRow Row(CellKey key, UnitCostCell cell, IReadOnlyList<OfferCost> costs)
        {
            var (tokens, hours) = (cell.Quantities.Total, HoursOf(key, question, now));
            return new BuyOrBuildRow(
                UnitCostRow.Of(key, cell, asked.Calendars), hours == 0 ? null : UnitCostCell.Figure(tokens / hours),
                [.. costs.Select((cost, i) => View(offers[i].Name, cost, OfferVerdict.Of(cost, cell.Cost, tokens, hours), tokens))]);
        }
    }

    private static OfferView View(string name, OfferCost cost, OfferVerdict verdict, long tokens) => new(
        name, verdict.Cost, tokens == 0 || verdict.Cost is not { } amount ? null : UnitCostCell.Figure(amount * Million / tokens), cost.UnpricedTokens,
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
}
