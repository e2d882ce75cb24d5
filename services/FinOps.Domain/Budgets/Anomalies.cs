namespace FinOps.Domain.Budgets;

/// <summary>How far a day may lie above its past: so many usual distances, and at the least so many tenths of what is expected.</summary>
public enum AnomalySensitivity
{
    /// <summary>8: what nobody could overlook.</summary>
    Low,

    /// <summary>5: half as much again as a very regular past.</summary>
    Medium,

    /// <summary>3.</summary>
    High,
}

/// <summary>What a day comes to by the budget's own past, and at most.</summary>
/// <param name="Expected">The median of the last four days of its name.</param>
/// <param name="Most">At or above it, the day is out of the ordinary; above zero.</param>
public sealed record DayExpectation(decimal Expected, decimal Most);

/// <summary>A day held against its past.</summary>
/// <param name="Cause">Who carries what is above it; null where it is not news.</param>
public sealed record HeldDay(DayExpectation Expectation, string? Cause);

/// <summary>How often the same method would have alerted on past days, each seen from the days before it alone.</summary>
/// <param name="Days">How many days were tried.</param>
/// <param name="Alarms">On how many of them it would have alerted.</param>
public sealed record AnomalyBacktest(int Days, int Alarms)
{
    /// <summary>Null where no day was tried.</summary>
    public decimal? Percent => Days == 0 ? null : decimal.Round(Alarms * 100m / Days, 2);
}

/// <summary>
/// Finds days that lie above what the budget's own past says. A day is expected to come to the median of the last four days of its name; how
/// far days usually lie off is the median of the last four weeks' distances from their own name's median, scaled as a normal deviation (MAD),
/// and never taken for less than a tenth of what is expected, or of a usual day. Medians, so that one wild day neither alarms for its
/// successors nor hides them. Only above: a day of little is the business of silence and of drift.
/// </summary>
public static class Anomalies
{
    /// <summary>Days that are looked at: four weeks, each seen from the four before it.</summary>
    public const int DaysKnown = 56;

    /// <summary>Two of each weekday; before, nothing is known and nothing alerts.</summary>
    public const int DaysNeeded = 14;

    private const int SameWeekdays = 4;
    private const int Distances = 28;
    private const int BacktestDays = 28;

    /// <summary>A median distance of normal noise times this is its standard deviation.</summary>
    private const decimal NormalScale = 1.4826m;

    private const decimal LeastShare = 0.10m;

    /// <summary>Of the period's limit: less is no matter for this budget.</summary>
    private const decimal LeastOfLimit = 0.01m;

    /// <param name="past">Whole days before the date, ascending, days without usage included, from the first usage on.</param>
    /// <param name="date">The day.</param>
    /// <param name="limit">Of the budget's period.</param>
    /// <param name="sensitivity">Chosen.</param>
    /// <returns>Null where the past says nothing.</returns>
    public static DayExpectation? Of(IReadOnlyList<DayAmount> past, DateOnly date, decimal limit, AnomalySensitivity sensitivity)
    {
        var known = past.Where(d => d.Date < date).TakeLast(DaysKnown).ToList();
        if (known.Count < DaysNeeded) return null;
        var byName = known.GroupBy(d => d.Date.DayOfWeek).ToDictionary(g => g.Key, g => Median(g.TakeLast(SameWeekdays).Select(d => d.Amount)));
        var expected = byName[date.DayOfWeek];
        var distance = NormalScale * Median(known.TakeLast(Distances).Select(d => Math.Abs(d.Amount - byName[d.Date.DayOfWeek])));
        var usual = Math.Max(distance, LeastShare * Math.Max(expected, Median(known.TakeLast(Distances).Select(d => d.Amount))));
        var most = expected + Math.Max(Times(sensitivity) * usual, LeastOfLimit * limit);
        // A day of a past without usage may come to anything: there is nothing to compare it with.
        return usual == 0 ? null : new DayExpectation(Rounded(expected), Rounded(most));
    }

    /// <param name="past">Likewise, up to the last whole day.</param>
    /// <param name="limit">Likewise.</param>
    /// <param name="sensitivity">Likewise.</param>
    public static AnomalyBacktest Backtest(IReadOnlyList<DayAmount> past, decimal limit, AnomalySensitivity sensitivity)
    {
        var tried = past.TakeLast(BacktestDays).Select(day => (Day: day, Expectation: Of(past, day.Date, limit, sensitivity))).Where(t => t.Expectation is not null).ToList();
        return new AnomalyBacktest(tried.Count, tried.Count(t => t.Day.Amount >= t.Expectation!.Most));
    }

    private static decimal Times(AnomalySensitivity sensitivity) => sensitivity switch
    {
        AnomalySensitivity.Low => 8m,
        AnomalySensitivity.Medium => 5m,
        AnomalySensitivity.High => 3m,
        _ => throw new System.Diagnostics.UnreachableException(sensitivity.ToString()),
    };

    // Without the zeros behind: 15, not 15.00.
    private static decimal Rounded(decimal amount) =>
        decimal.Round(amount, BudgetRules.MaxDecimals, MidpointRounding.ToPositiveInfinity) / 1.0000000000000000000000000000m;

    private static decimal Median(IEnumerable<decimal> values)
    {
        var ordered = values.Order().ToList();
        return (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
    }
}
