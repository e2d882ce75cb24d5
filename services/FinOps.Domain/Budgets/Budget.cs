using System.Collections.Immutable;
using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>A limit over a period and a scope, and what is known of its crossings.</summary>
public abstract record Budget
{
    public static readonly Budget None = new NonExisting();

    private Budget()
    {
    }

    public sealed record NonExisting : Budget;

    /// <param name="Id">The budget.</param>
    /// <param name="Terms">What it limits.</param>
    /// <param name="Crossed">Of those periods whose streams were folded; a shell folds a period's before it records its spend.</param>
    public sealed record Open(BudgetId Id, BudgetTerms Terms, ImmutableHashSet<Crossing> Crossed) : Budget;

    /// <summary>Closed for good: it alerts no more, its alerts stay.</summary>
    public sealed record Closed(BudgetId Id, BudgetTerms Terms) : Budget;
}

/// <summary>That a period's spend reached a threshold.</summary>
/// <param name="PeriodStart">Names the period.</param>
/// <param name="ThresholdPercent">Of the budget's amount.</param>
public readonly record struct Crossing(DateTimeOffset PeriodStart, decimal ThresholdPercent);

/// <summary>What a budget limits. Valid by construction: <see cref="BudgetRules"/> makes it.</summary>
/// <param name="Tenant">The scope, in its first form: all usage of one tenant.</param>
/// <param name="Measure">What is counted.</param>
/// <param name="Amount">The limit of one period.</param>
/// <param name="Period">When counting starts again.</param>
/// <param name="Thresholds">Where it alerts.</param>
/// <param name="WebhookUrl">Where alerts go beside the bus.</param>
/// <param name="DeliverBackfilled">Whether crossings by records that were in before the budget said so are delivered too.</param>
public sealed record BudgetTerms(
    TenantId Tenant, BudgetMeasure Measure, Money Amount, BudgetPeriod Period, Thresholds Thresholds, Uri? WebhookUrl,
    bool DeliverBackfilled);

/// <summary>What a budget counts.</summary>
public enum BudgetMeasure
{
    /// <summary>Money that the tenant owes: rates × quantities.</summary>
    Charge,
}

/// <summary>When a budget counts.</summary>
public abstract record BudgetPeriod
{
    private BudgetPeriod()
    {
    }

    /// <summary>An IANA zone.</summary>
    public abstract string TimeZone { get; init; }

    /// <summary>Each calendar month of the zone, from a first one on.</summary>
    public sealed record Monthly(CalendarMonth First, string TimeZone) : BudgetPeriod;

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

/// <summary>The month of a zone that holds an instant; null when there is no such zone. The shell knows the zones.</summary>
public delegate CalendarMonth? MonthHolding(string timeZone, DateTimeOffset instant);
