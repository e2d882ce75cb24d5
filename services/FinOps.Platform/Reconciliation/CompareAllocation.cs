using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>A fleet's hours, with their currency, in each basis.</summary>
internal sealed record FleetBalance(FleetId Fleet, Currency Currency, IReadOnlyDictionary<CostBasis, IReadOnlyList<FleetHourBalance>> ByBasis)
{
    /// <summary>By allocation.</summary>
    public IReadOnlyList<FleetHourBalance> Hours => ByBasis[CostBasis.Allocation];

    /// <summary>Hours that do not balance, and in which basis.</summary>
    public IEnumerable<(CostBasis Basis, FleetHourBalance Hour)> Wrong =>
        ByBasis.SelectMany(b => b.Value.Where(h => h.Difference != 0).Select(h => (b.Key, h)));
}

/// <summary>Compares what fleets cost, by their lines alone, with the shares that a report makes of it, by usage and lines.</summary>
public sealed class CompareAllocation(NpgsqlDataSource database, LiveBooks live, SeenSeries seen, TimeProvider clock)
{
    /// <param name="window">Of whole hours: a part of an hour carries cost by its work, so there is nothing to compare it with.</param>
    /// <param name="fleets">Null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Each fleet that costs anything in the window; one at a time, since fleets may differ in currency.</returns>
    internal async Task<IReadOnlyList<FleetBalance>> CompareAsync(
        Window window, IReadOnlySet<string>? fleets, CancellationToken cancellation)
    {
        if (!window.IsOfWholeHours)
            throw new RejectedException(new Rejection("window_off_hour", "where", "The allocation is compared by whole hours of UTC; `from` and `to` must lie on one."));
        var books = await live.NowAsync(cancellation);
        var series = await seen.OfAsync(null, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var balances = new List<FleetBalance>();
        foreach (var fleet in books.Fleets.Fleets.Where(f => fleets is null || fleets.Contains(f.Value)))
        {
            var costs = FleetHours.Within(books.Fleets, fleet, window, clock.GetUtcNow()).Select(h => (fleet, h.Hour, h.Cost)).ToList();
            if (costs.Count == 0 && !books.Fleets.PricesTokens(fleet)) continue;
            var own = series.Where(s => s.Series.Fleet == fleet).ToList();
            var currency = costs.Count > 0 ? costs[0].Cost.Cost.Currency : books.Fleets.CostLines(fleet)[0].Currency;
            var hours = await OfFleetAsync(connection, books, fleet, window, costs, own, cancellation);
            if (hours.Values.Any(h => h.Count > 0)) balances.Add(new FleetBalance(fleet, currency, hours));
            if (balances.Sum(b => b.Hours.Count) > Limits.ReportRows)
                throw new RejectedException(new Rejection("window_too_long", "where", $"More than {Limits.ReportRows} hours of fleets; narrow the window or name fleets."));
        }

        return balances;
    }

    private async Task<IReadOnlyDictionary<CostBasis, IReadOnlyList<FleetHourBalance>>> OfFleetAsync(
        NpgsqlConnection connection, Books books, FleetId fleet, Window window, IReadOnlyList<(FleetId, int, FleetHourCost)> costs,
        IReadOnlyList<(int Id, UsageSeries Series)> series, CancellationToken cancellation)
    {
        var hours = new CalendarBuckets(window, Dimension.Hour, "UTC").Buckets;
        var questions = Enum.GetValues<CostBasis>().ToDictionary(basis => basis, basis => new UnitCostQuestion
        {
            Window = window,
            GroupBy = [Dimension.Fleet, Dimension.Hour],
            Buckets = hours,
            Tenants = null,
            Models = null,
            Fleets = new HashSet<FleetId> { fleet },
            ShowsCost = true,
            Now = clock.GetUtcNow(),
            Basis = basis,
        });
        var activity = await FleetActivities.OfAsync(connection, questions[CostBasis.Usage], books, series, window.FirstSlot, window.EndSlot, null, cancellation);
        var sums = questions.ToDictionary(q => q.Key, q => new UnitCostSums(q.Value, books, activity));
        var tokens = new List<(FleetId, int, decimal)>();
        await foreach (var hour in UsageBuckets.FleetHoursAsync(connection, series, window.FirstSlot, window.EndSlot, null, cancellation))
        {
            foreach (var sum in sums.Values) sum.Add(hour.Fleet, hour.Hour, hour.Usage);
            if (FleetHourTokens.Of(books.Fleets, fleet, hour.Usage) is { Cost.Amount: > 0 } cost) tokens.Add((fleet, hour.Hour, cost.Cost.Amount));
        }

        return sums.ToDictionary(s => s.Key, s => AllocationBalance.Of(costs, s.Value.Finish(requireBalance: false).Rows, hours, tokens));
    }
}
