using System.Diagnostics;

namespace FinOps.Domain.Budgets;

/// <summary>What a period that comes again is a whole one of.</summary>
public enum PeriodUnit
{
    Day,

    /// <summary>ISO: from Monday to Sunday.</summary>
    Week,
    Month,

    /// <summary>From January, April, July or October.</summary>
    Quarter,
}

/// <summary>Calendar dates of periods. What instant a date starts at, only a zone knows.</summary>
public static class PeriodDates
{
    /// <returns>The first date of the period that holds the date.</returns>
    public static DateOnly StartOf(PeriodUnit unit, DateOnly date) => unit switch
    {
        PeriodUnit.Day => date,
        PeriodUnit.Week => date.AddDays(-(((int)date.DayOfWeek + 6) % 7)),
        PeriodUnit.Month => new DateOnly(date.Year, date.Month, 1),
        PeriodUnit.Quarter => new DateOnly(date.Year, (date.Month - 1) / 3 * 3 + 1, 1),
        _ => throw new UnreachableException(unit.ToString()),
    };

    /// <param name="unit">Of the period.</param>
    /// <param name="start">A period's first date.</param>
    /// <param name="periods">How many further; below zero back.</param>
    /// <returns>The first date of another period.</returns>
    public static DateOnly Shift(PeriodUnit unit, DateOnly start, int periods) => unit switch
    {
        PeriodUnit.Day => start.AddDays(periods),
        PeriodUnit.Week => start.AddDays(7 * periods),
        PeriodUnit.Month => start.AddMonths(periods),
        PeriodUnit.Quarter => start.AddMonths(3 * periods),
        _ => throw new UnreachableException(unit.ToString()),
    };
}
