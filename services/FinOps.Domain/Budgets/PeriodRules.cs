using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>The kinds of periods that may be asked for.</summary>
public enum BudgetPeriodKind
{
    Day,

    /// <summary>From Monday to Sunday.</summary>
    Week,
    Month,
    Quarter,

    /// <summary>Once, from a start to an end.</summary>
    Custom,

    /// <summary>The last so many days, a new period each day.</summary>
    Rolling,
}

/// <summary>A period as someone wrote it.</summary>
public sealed record PeriodDraft
{
    /// <summary>Null is custom where there is an end, else a month.</summary>
    public BudgetPeriodKind? Kind { get; init; }

    public DateTimeOffset? Start { get; init; }

    public DateTimeOffset? End { get; init; }

    public string? TimeZone { get; init; }

    public int? Days { get; init; }

    public bool Prorate { get; init; }
}

/// <summary>Reads periods: what is left out is the zone UTC, the month, and a first period that holds the start, or now.</summary>
internal static class PeriodRules
{
    public const string DefaultTimeZone = "UTC";

    public const int MaxRollingDays = 366;

    // Each day of a rolling period is a period, so a start that lies long back is many questions.
    public const int RollingDaysBack = 400;

    // Before it some zones' offsets are not whole quarter-hours; nobody budgets there.
    private const int FirstYear = 2000;

    private const int LastYear = 2200;

    public static BudgetPeriod? Read(PeriodDraft draft, DateHolding dateHolding, DateTimeOffset now, List<Rejection> flaws)
    {
        var (start, end, zone) = (draft.Start, draft.End, draft.TimeZone ?? DefaultTimeZone);
        var kind = draft.Kind ?? (end is null ? BudgetPeriodKind.Month : BudgetPeriodKind.Custom);
        var before = flaws.Count;
        InRange(start, "period.start", flaws);
        InRange(end, "period.end", flaws);
        var first = dateHolding(zone, start ?? now);
        if (first is null)
            flaws.Add(new Rejection("time_zone_unknown", "period.timeZone", $"'{zone}' is not an IANA time zone such as Europe/Berlin."));
        if (kind == BudgetPeriodKind.Custom) CustomFlaws(draft, flaws);
        else CalendarFlaws(draft, kind, now, flaws);
        if (flaws.Count > before) return null;
        var startsAt = draft.Prorate ? start?.ToUniversalTime() : null;
        return kind switch
        {
            BudgetPeriodKind.Custom => new BudgetPeriod.Custom(new Window(start!.Value, end!.Value), zone),
            BudgetPeriodKind.Rolling => new BudgetPeriod.Rolling(draft.Days!.Value, first!.Value, zone),
            BudgetPeriodKind.Month => new BudgetPeriod.Monthly(new CalendarMonth(first!.Value.Year, first.Value.Month), zone) { StartsAt = startsAt },
            BudgetPeriodKind.Day => new BudgetPeriod.Recurring(PeriodUnit.Day, first!.Value, zone) { StartsAt = startsAt },
            BudgetPeriodKind.Week => new BudgetPeriod.Recurring(PeriodUnit.Week, PeriodDates.StartOf(PeriodUnit.Week, first!.Value), zone) { StartsAt = startsAt },
            BudgetPeriodKind.Quarter => new BudgetPeriod.Recurring(PeriodUnit.Quarter, PeriodDates.StartOf(PeriodUnit.Quarter, first!.Value), zone) { StartsAt = startsAt },
            _ => throw new System.Diagnostics.UnreachableException(kind.ToString()),
        };
    }

    private static void CustomFlaws(PeriodDraft draft, List<Rejection> flaws)
    {
        if (draft.Start is null) flaws.Add(new Rejection("period_start_missing", "period.start", "A period with an end has a start."));
        if (draft.End is null) flaws.Add(new Rejection("period_end_missing", "period.end", "A custom period has an end."));
        OnBoundary(draft.Start, "period.start", flaws);
        OnBoundary(draft.End, "period.end", flaws);
        if (draft.End <= draft.Start) flaws.Add(new Rejection("period_empty", "period.end", "The period ends after it starts."));
        if (draft.Days is not null) flaws.Add(new Rejection("period_days_unwanted", "period.days", "Only a rolling period has days."));
        if (draft.Prorate) flaws.Add(new Rejection("period_prorate_unwanted", "period.prorate", "A custom period is whole; there is nothing to prorate."));
    }

    private static void CalendarFlaws(PeriodDraft draft, BudgetPeriodKind kind, DateTimeOffset now, List<Rejection> flaws)
    {
        if (draft.End is not null)
            flaws.Add(new Rejection("period_end_unwanted", "period.end", "A period that comes again has no end; close the budget instead."));
        if (kind != BudgetPeriodKind.Rolling)
        {
            if (draft.Days is not null) flaws.Add(new Rejection("period_days_unwanted", "period.days", "Only a rolling period has days."));
            if (!draft.Prorate) return;
            if (draft.Start is null) flaws.Add(new Rejection("period_start_missing", "period.start", "What is prorated has a start."));
            OnBoundary(draft.Start, "period.start", flaws);
            return;
        }

        if (draft.Prorate) flaws.Add(new Rejection("period_prorate_unwanted", "period.prorate", "A rolling period is always whole."));
        if (draft.Days is not (>= 2 and <= MaxRollingDays))
            flaws.Add(new Rejection("period_days_out_of_range", "period.days", $"A rolling period has 2 to {MaxRollingDays} days."));
        if (draft.Start < now.AddDays(-RollingDaysBack))
            flaws.Add(new Rejection("period_out_of_range", "period.start", $"A rolling period starts at most {RollingDaysBack} days back."));
    }

    private static void InRange(DateTimeOffset? instant, string field, List<Rejection> flaws)
    {
        if (instant is { UtcDateTime.Year: < FirstYear or > LastYear })
            flaws.Add(new Rejection("period_out_of_range", field, $"A period lies between the years {FirstYear} and {LastYear}."));
    }

    private static void OnBoundary(DateTimeOffset? instant, string field, List<Rejection> flaws)
    {
        if (instant is not { } given || QuarterHour.IsBoundary(given)) return;
        var next = QuarterHour.NextBoundary(given);
        flaws.Add(new Rejection(
            "period_off_boundary", field, $"A period starts and ends on a 15-minute boundary; the next is {next:yyyy-MM-dd'T'HH:mm:ss'Z'}."));
    }
}
