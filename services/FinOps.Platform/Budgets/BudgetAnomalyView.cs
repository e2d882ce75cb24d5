using System.Globalization;
using FinOps.Domain.Budgets;
using GraphQL;

namespace FinOps.Platform.Budgets;

/// <summary>A day beside what the budget's own past says.</summary>
/// <param name="Date">Of the budget's zone: today.</param>
/// <param name="Spend">So far.</param>
/// <param name="Expected">The median of the last four days of its name; null where the past says nothing.</param>
/// <param name="Most">At or above it, it alerts.</param>
/// <param name="BacktestDays">Past days that the same method was tried on, each by the days before it.</param>
/// <param name="BacktestAlarms">On how many of them it would have alerted.</param>
/// <param name="BacktestAlarmPercent">Their share; null where none was tried.</param>
[Name("BudgetAnomaly")]
public sealed record BudgetAnomalyView(
    AnomalySensitivity Sensitivity, string Date, decimal Spend, decimal? Expected, decimal? Most, bool IsAnomalous, int BacktestDays, int BacktestAlarms,
    decimal? BacktestAlarmPercent)
{
    internal static BudgetAnomalyView Of(AnomalySensitivity sensitivity, SeenDay day) => new(
        sensitivity, day.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), day.Amount, day.Expectation?.Expected, day.Expectation?.Most,
        day.Expectation is { Most: var most } && day.Amount >= most, day.Backtest.Days, day.Backtest.Alarms, day.Backtest.Percent);
}
