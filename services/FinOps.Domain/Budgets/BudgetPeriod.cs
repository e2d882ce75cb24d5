using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>When a budget counts.</summary>
public abstract record BudgetPeriod
{
    private BudgetPeriod()
    {
    }

    /// <summary>An IANA zone.</summary>
    public abstract string TimeZone { get; init; }

    /// <summary>Of a first period that is not whole: where it starts, and from where usage counts. Null is with its calendar.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <returns>Whether it says the same but for when it starts.</returns>
    public bool IsAs(BudgetPeriod other) => (this, other) switch
    {
        (Monthly, Monthly) => TimeZone == other.TimeZone,
        (Recurring mine, Recurring theirs) => (mine.Unit, TimeZone) == (theirs.Unit, other.TimeZone),
        (Rolling mine, Rolling theirs) => (mine.Days, TimeZone) == (theirs.Days, other.TimeZone),
        _ => this == other,
    };

    /// <summary>Each calendar month of the zone, from a first one on.</summary>
    public sealed record Monthly(CalendarMonth First, string TimeZone) : BudgetPeriod;

    /// <summary>Each day, week or quarter of the zone, from the one on that starts with <paramref name="First"/>.</summary>
    public sealed record Recurring(PeriodUnit Unit, DateOnly First, string TimeZone) : BudgetPeriod;

    /// <summary>The last so many days of the zone: each day from the first one on ends a period.</summary>
    public sealed record Rolling(int Days, DateOnly First, string TimeZone) : BudgetPeriod;

    /// <summary>Once, over a stretch of time. The zone is for showing only.</summary>
    public sealed record Custom(Window Window, string TimeZone) : BudgetPeriod;
}

/// <summary>A month of some zone's calendar.</summary>
public readonly record struct CalendarMonth(int Year, int Month) : IComparable<CalendarMonth>
{
    public CalendarMonth Next => Month == 12 ? new CalendarMonth(Year + 1, 1) : this with { Month = Month + 1 };

    /// <summary>As 2026-03.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{Month:00}");

    public int CompareTo(CalendarMonth other) => (Year, Month).CompareTo((other.Year, other.Month));

    public static bool operator <(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) < 0;

    public static bool operator <=(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) <= 0;

    public static bool operator >(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) > 0;

    public static bool operator >=(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) >= 0;
}

/// <summary>The date of a zone that holds an instant; null when there is no such zone. The shell knows the zones.</summary>
public delegate DateOnly? DateHolding(string timeZone, DateTimeOffset instant);
