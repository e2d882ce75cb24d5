using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Reporting;

namespace FinOps.Platform.Budgets;

/// <summary>A day of a budget's zone beside what its own past says.</summary>
/// <param name="Expectation">Null where the past says nothing.</param>
/// <param name="Backtest">The method on past days.</param>
internal sealed record SeenDay(DateOnly Date, Window Window, decimal Amount, DayExpectation? Expectation, AnomalyBacktest Backtest);

/// <summary>Holds a budget's days against its own past. A day that runs is out of the ordinary as soon as it has come to too much.</summary>
public sealed class BudgetAnomalies(SumUnitCost sum, BudgetSpends spends, TimeProvider clock)
{
    private const int DaysOfAName = 4;

    /// <returns>The days to look at: today and the last whole one, which late usage may still reach, and those since the last look.</returns>
    internal IReadOnlyList<(DateOnly Date, Window Window)> Days(BudgetTerms terms, DateTimeOffset? since)
    {
        var zone = terms.Period.TimeZone;
        var today = BudgetCalendar.DateIn(zone, clock.GetUtcNow());
        var first = BudgetCalendar.DateIn(zone, since ?? clock.GetUtcNow()).AddDays(-1);
        if (first < today.AddDays(-Limits.AnomalyDaysBack)) first = today.AddDays(-Limits.AnomalyDaysBack);
        return [.. Enumerable.Range(0, today.DayNumber - first.DayNumber + 1).Select(first.AddDays)
            .Select(date => (date, WindowOf(zone, date))).Where(day => IsOfBudget(terms.Period, day.Item2))];
    }

    /// <param name="terms">The budget's.</param>
    /// <param name="dates">Of its zone, ascending.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<IReadOnlyList<SeenDay>> OfAsync(BudgetTerms terms, IReadOnlyList<DateOnly> dates, CancellationToken cancellation)
    {
        if (terms.Anomaly is not { } sensitivity || dates.Count == 0) return [];
        var zone = terms.Period.TimeZone;
        var known = new Window(BudgetCalendar.StartIn(zone, dates[0].AddDays(-Anomalies.DaysKnown)), BudgetCalendar.StartIn(zone, dates[^1].AddDays(1)));
        var days = await spends.DaysAsync(terms, known, cancellation);
        var seenDays = new List<SeenDay>();
        foreach (var date in dates)
        {
            var window = WindowOf(zone, date);
            var limit = await spends.LimitAsync(terms, BudgetCalendar.Current(terms.Period, window.From), new SpendsRead(), cancellation);
            var past = days.Where(d => d.Date < date).ToList();
            seenDays.Add(new SeenDay(
                date, window, days.Where(d => d.Date == date).Sum(d => d.Amount), Anomalies.Of(past, date, limit, sensitivity), Anomalies.Backtest(past, limit, sensitivity)));
        }

        return seenDays;
    }

    /// <returns>The command that decides on a day; null where the past says nothing.</returns>
    internal async Task<RecordSpend?> ToRecordAsync(Budget.Open budget, SeenDay day, CancellationToken cancellation)
    {
        if (day.Expectation is not { } expectation) return null;
        var isNews = day.Amount >= expectation.Most && !budget.Crossed.Contains(new Crossing(day.Window.From, 100m, ThresholdKind.Anomaly));
        return new RecordSpend(day.Window, new Money(day.Amount, budget.Terms.Amount.Currency), clock.GetUtcNow(), Backfilled: false, MayTakeBack: true)
        {
            Anomaly = new HeldDay(expectation, isNews ? AnomalyCause.Of(day.Date, day.Amount, expectation, await PartsAsync(budget.Terms, day.Date, cancellation)) : null),
        };
    }

    private async Task<IReadOnlyList<IReadOnlyList<DayPart>>> PartsAsync(BudgetTerms terms, DateOnly date, CancellationToken cancellation)
    {
        var dimensions = new List<IReadOnlyList<DayPart>>
        {
            await PartsAsync(terms, date, Dimension.Model, null, row => row.Model is { } model ? $"model {model}" : null, cancellation),
            await PartsAsync(terms, date, Dimension.Fleet, null, row => row.Fleet is { } fleet ? $"fleet {fleet}" : null, cancellation),
        };
        foreach (var key in TagSet.Keys)
            dimensions.Add(await PartsAsync(terms, date, Dimension.Tag, key, row => row.Tag is { } value ? $"{key} {value}" : null, cancellation));
        return dimensions;
    }

    /// <summary>What the day came to by one dimension, beside the days of its name before it.</summary>
    private async Task<IReadOnlyList<DayPart>> PartsAsync(
        BudgetTerms terms, DateOnly date, Dimension by, string? tagKey, Func<CellKey, string?> name, CancellationToken cancellation)
    {
        var amounts = new Dictionary<string, (decimal Day, decimal Before)>(StringComparer.Ordinal);
        for (var back = 0; back <= DaysOfAName; back++)
        {
            var question = BudgetQuestion.With(terms, WindowOf(terms.Period.TimeZone, date.AddDays(-7 * back)), clock.GetUtcNow(), null, [by], tagKey: tagKey);
            foreach (var row in (await sum.RunAsync(question, cancellation)).Rows)
            {
                var (key, amount) = (name(row.Key) ?? "", terms.Measure.Of(row.Cell));
                var (day, before) = amounts.GetValueOrDefault(key);
                amounts[key] = back == 0 ? (day + amount, before) : (day, before + amount);
            }
        }

        // What has no such value at all says nothing of who it was.
        return amounts.Keys.All(key => key.Length == 0) ? [] : [.. amounts.Select(a => new DayPart(a.Key.Length == 0 ? "the rest" : a.Key, a.Value.Day, a.Value.Before / DaysOfAName))];
    }

    private static Window WindowOf(string zone, DateOnly date) => new(BudgetCalendar.StartIn(zone, date), BudgetCalendar.StartIn(zone, date.AddDays(1)));

    private static bool IsOfBudget(BudgetPeriod period, Window day) =>
        BudgetCalendar.Current(period, day.From) is var window && window.From < day.To && day.From < window.To;
}
