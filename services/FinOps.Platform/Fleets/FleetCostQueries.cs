using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>What fleets cost by themselves, line by line, whatever work was in it.</summary>
public sealed class FleetCostQueries
{
    /// <param name="fleets">Null is all.</param>
    /// <param name="per">HOUR, DAY or MONTH of the time zone; null is the whole window.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<FleetCostReport> FleetCost(
        DateTimeOffset from, DateTimeOffset to, [FromServices] LiveBooks live, [FromServices] TimeProvider clock,
        [FromServices] TokenCosts tokens, CancellationToken cancellation, IReadOnlyList<string>? fleets = null, Dimension? per = null, string? timeZone = "UTC")
    {
        if (per is Dimension.Tenant or Dimension.Model or Dimension.Fleet)
            throw new RejectedException(new Rejection("per_invalid", "per", "`per` takes QUARTER_HOUR, HOUR, DAY or MONTH; rows are by fleet and line anyway."));
        var window = new UsageFilter { From = from, To = to }.Window();
        var calendar = new CalendarBuckets(window, per, timeZone ?? "UTC");
        var book = (await live.NowAsync(cancellation)).Fleets;
        var sums = new SortedDictionary<(string Fleet, int Bucket, string Line, bool IsUnused, CostLineKind Kind), decimal>();
        var uncovered = 0m;
        Currency? currency = null;
        foreach (var fleet in book.Fleets.Where(f => fleets is null || fleets.Contains(f.Value)))
        {
            foreach (var (hour, cost) in FleetHours.Within(book, fleet, window, clock.GetUtcNow()))
            {
                if (currency is { } one && one != cost.Cost.Currency) throw CurrencyMix.Rejected(one, cost.Cost.Currency, $"the cost of fleet {fleet}");
                currency = cost.Cost.Currency;
                foreach (var (quarter, part, amount) in cost.ByPart())
                {
                    if (!window.Holds(Slot(quarter))) continue;
                    var key = (fleet.Value, calendar.Buckets.Holding(Slot(quarter)), part.Line, part.IsUnused, part.Kind);
                    sums[key] = sums.GetValueOrDefault(key) + amount;
                }

                uncovered += cost.UncoveredAcceleratorHours.Where((_, quarter) => window.Holds(Slot(quarter))).Sum();
                if (sums.Count > Limits.ReportRows) throw TooManyRows();

                QuarterHour Slot(int quarter) => new(hour * FleetHourCost.Quarters + quarter);
            }

            await foreach (var (slot, line, amount) in tokens.OfAsync(book, fleet, window, cancellation))
            {
                if (currency is { } one && one != line.Currency) throw CurrencyMix.Rejected(one, line.Currency, $"the cost of fleet {fleet}");
                currency = line.Currency;
                var key = (fleet.Value, calendar.Buckets.Holding(slot), line.Name, false, line.Terms.Kind);
                sums[key] = sums.GetValueOrDefault(key) + amount;
                if (sums.Count > Limits.ReportRows) throw TooManyRows();
            }
        }

        return new FleetCostReport(
            [
                .. sums.Select(s => new FleetCostRow(
                    s.Key.Fleet, s.Key.Bucket == TimeBuckets.NoBucket ? null : calendar.Buckets.StartOf(s.Key.Bucket).Start, calendar.Label(s.Key.Bucket),
                    s.Key.Line, s.Key.Kind, s.Key.IsUnused, book.IsShared(new FleetId(s.Key.Fleet)), s.Value)),
            ],
            sums.Values.Sum(), currency?.Code, uncovered);
    }

    private static RejectedException TooManyRows() => new(new Rejection(
        "report_too_large", "per", $"The report would have more than {Limits.ReportRows} rows; take longer stretches or a narrower window."));
}

/// <summary>What fleets cost in a window.</summary>
/// <param name="Rows">By fleet, time and line.</param>
/// <param name="Total">Their sum.</param>
/// <param name="Currency">Of every amount; null where nothing costs.</param>
/// <param name="UncoveredAcceleratorHours">Accelerators that fleets had and no line paid for, although others were paid for: their cost is missing.</param>
public sealed record FleetCostReport(IReadOnlyList<FleetCostRow> Rows, decimal Total, string? Currency, decimal UncoveredAcceleratorHours);

/// <summary>What one line cost. Exact: rows sum to the fleets' hours to the last digit.</summary>
/// <param name="Fleet">The fleet, or what serves several.</param>
/// <param name="BucketStart">Null for the whole window.</param>
/// <param name="BucketLabel">In the zone asked for.</param>
/// <param name="Line">Its name; <c>fleet</c> for a cost of the whole fleet.</param>
/// <param name="Kind">Why it costs.</param>
/// <param name="Unused">Whether it is for accelerators that are paid for and not there.</param>
/// <param name="Shared">Whether it is of what serves several fleets.</param>
/// <param name="Cost">Money.</param>
public sealed record FleetCostRow(
    string Fleet, DateTimeOffset? BucketStart, string? BucketLabel, string Line, CostLineKind Kind, bool Unused, bool Shared, decimal Cost);
