using CsCheck;
using FinOps.Domain.Budgets;

namespace FinOps.Domain.Tests.Budgets;

public sealed class ForecastTests
{
    private static readonly DateOnly Monday = new(2026, 11, 2);

    [Fact]
    public void A_day_comes_to_the_mean_of_the_last_four_of_its_name_and_todays_rest_to_its_share()
    {
        // Five weeks: weekdays 100, 110, 120, 130, 140 by week, weekends 10.
        var past = Days(35, (date, i) => date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 10m : 100m + i / 7 * 10m);
        var today = Monday.AddDays(35);

        var forecast = Forecasting.Of(past, 50m, 0.1m, [new(today, 0.5m), new(today.AddDays(1), 1m), new(today.AddDays(5), 1m)], 250m);

        // Mondays: (110 + 120 + 130 + 140) / 4.
        Assert.Equal(50m + 62.5m + 125m + 10m, forecast.Total);
        Assert.Equal((5 * 140m + 2 * 10m) / 7, forecast.BurnRatePerDay);
        Assert.Null(forecast.ExceededOn);
        Assert.Equal(today.AddDays(1), Forecasting.Of(past, 50m, 0.1m, [new(today, 0.5m), new(today.AddDays(1), 1m)], 237.5m).ExceededOn);
    }

    [Fact]
    public void Before_the_first_whole_day_what_the_elapsed_part_came_to_goes_on()
    {
        var forecast = Forecasting.Of([], 30m, 0.25m, [new(Monday, 0.5m), new(Monday.AddDays(1), 1m)], 100m);

        Assert.Equal(120m, forecast.Total);
        Assert.Equal((Monday.AddDays(1), (ForecastError?)null), (forecast.ExceededOn, forecast.Backtest));
    }

    [Fact]
    public void The_backtest_foresees_each_past_day_from_the_days_before_it_alone()
    {
        var steady = Forecasting.Of(Days(21, (date, _) => date.DayOfWeek == DayOfWeek.Sunday ? 7m : 70m), 0, 0, [], 1m).Backtest!;
        var doubled = Forecasting.Of([.. Days(7, (_, _) => 10m), new(Monday.AddDays(7), 20m)], 0, 0, [], 1m).Backtest!;

        Assert.Equal(new ForecastError(14, 0m), steady);
        Assert.Equal(new ForecastError(1, 50m), doubled);
        Assert.Equal(new ForecastError(1, null), Forecasting.Of(Days(8, (_, _) => 0m), 0, 0, [], 1m).Backtest);
    }

    [Fact]
    public void A_forecast_lies_at_or_above_what_is_spent_and_says_the_day_exactly_where_it_reaches_the_limit() =>
        Gen.Select(Gen.Int[0, 100].Array[0, 42], Gen.Int[0, 500], Gen.Int[1, 30], Gen.Int[1, 3_000]).Sample((past, soFar, left, limit) =>
        {
            var today = Monday.AddDays(past.Length);

            var forecast = Forecasting.Of(
                Days(past.Length, (_, i) => past[i]), soFar, 0.5m, [.. Enumerable.Range(0, left).Select(i => new DayAhead(today.AddDays(i), 1m))], limit);

            Assert.True(forecast.Total >= soFar);
            Assert.Equal(forecast.Total >= limit, forecast.ExceededOn is not null);
        });

    private static DayAmount[] Days(int count, Func<DateOnly, int, decimal> amount) =>
        [.. Enumerable.Range(0, count).Select(i => new DayAmount(Monday.AddDays(i), amount(Monday.AddDays(i), i)))];
}
