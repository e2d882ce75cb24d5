using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>A whole day of the budget's zone, and what it came to.</summary>
public readonly record struct DayAmount(DateOnly Date, decimal Amount);

/// <summary>A day of the period that is still to come, or what is left of today.</summary>
/// <param name="Date">Of the budget's zone.</param>
/// <param name="Share">1, or the part of today that is left.</param>
public readonly record struct DayAhead(DateOnly Date, decimal Share);

/// <summary>What a period is foreseen to come to.</summary>
/// <param name="Total">At its end.</param>
/// <param name="BurnRatePerDay">The mean of the last week's whole days.</param>
/// <param name="ExceededOn">The first date on which the limit is reached; null where it is not, within the period.</param>
/// <param name="Backtest">How well the same method did on past days; null without enough of them.</param>
public sealed record Forecast(decimal Total, decimal BurnRatePerDay, DateOnly? ExceededOn, ForecastError? Backtest);

/// <summary>The method's error on past days, each foreseen from the days before it alone.</summary>
/// <param name="Days">How many days were foreseen.</param>
/// <param name="Percent">Σ |foreseen − actual| in percent of Σ actual; null where nothing was used.</param>
public sealed record ForecastError(int Days, decimal? Percent);

/// <summary>
/// Foresees by the weekday: a day comes to the mean of the last four days of its name, or, where there are none, of all days known; what is
/// left of today, to its share of that. Before the first whole day, what the elapsed part of the period came to goes on.
/// </summary>
public static class Forecasting
{
    /// <summary>Whole days that are looked at: four of each weekday, and a week more for the backtest.</summary>
    public const int DaysKnown = 42;

    private const int SameWeekdays = 4;
    private const int Week = 7;
    private const int BacktestDays = 14;

    /// <param name="past">Whole days before today, ascending, days without usage included, from the first usage on.</param>
    /// <param name="soFar">What the period came to until now.</param>
    /// <param name="elapsed">The part of the period that is over, between 0 and 1.</param>
    /// <param name="ahead">What is left of the period, today's rest first.</param>
    /// <param name="limit">Of the period.</param>
    public static Forecast Of(IReadOnlyList<DayAmount> past, decimal soFar, decimal elapsed, IReadOnlyList<DayAhead> ahead, decimal limit)
    {
        Invariant.Require(elapsed is >= 0 and <= 1, "a period is over by a share");
        var rest = ahead.Sum(d => d.Share);
        var (total, exceeded) = (soFar, soFar >= limit && ahead.Count > 0 ? ahead[0].Date : (DateOnly?)null);
        foreach (var day in ahead)
        {
            total += past.Count > 0 ? Expected(past, day.Date) * day.Share
                : elapsed > 0 ? soFar / elapsed * (1 - elapsed) * (day.Share / rest)
                : 0;
            if (total >= limit) exceeded ??= day.Date;
        }

        var week = past.Skip(Math.Max(0, past.Count - Week)).ToList();
        return new Forecast(total, week.Count == 0 ? 0 : week.Average(d => d.Amount), exceeded, Backtest(past));
    }

    /// <returns>What the day is foreseen to come to, by the days before it.</returns>
    public static decimal Expected(IReadOnlyList<DayAmount> past, DateOnly date)
    {
        var same = past.Where(d => d.Date.DayOfWeek == date.DayOfWeek && d.Date < date).TakeLast(SameWeekdays).ToList();
        return same.Count > 0 ? same.Average(d => d.Amount) : past.Average(d => d.Amount);
    }

    /// <summary>The last two weeks, each day foreseen from what was known the evening before; the first week has nothing to be foreseen from.</summary>
    private static ForecastError? Backtest(IReadOnlyList<DayAmount> past)
    {
        var foreseen = Enumerable.Range(0, past.Count).Where(i => i >= Week).TakeLast(BacktestDays)
            .Select(i => (Expected: Expected([.. past.Take(i)], past[i].Date), Actual: past[i].Amount)).ToList();
        if (foreseen.Count == 0) return null;
        var actual = foreseen.Sum(d => d.Actual);
        return new ForecastError(
            foreseen.Count, actual == 0 ? null : decimal.Round(foreseen.Sum(d => Math.Abs(d.Expected - d.Actual)) * 100m / actual, 2));
    }
}
