using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>Start and end: custom, once. Start or nothing: monthly, from the month that holds the start, or now.</summary>
internal static class PeriodRules
{
    public const string DefaultTimeZone = "UTC";

    // Before it some zones' offsets are not whole quarter-hours; nobody budgets there.
    private const int FirstYear = 2000;

    private const int LastYear = 2200;

    public static BudgetPeriod? Read(
        DateTimeOffset? start, DateTimeOffset? end, string? timeZone, MonthHolding monthHolding, DateTimeOffset now, List<Rejection> flaws)
    {
        var zone = timeZone ?? DefaultTimeZone;
        var before = flaws.Count;
        InRange(start, "period.start", flaws);
        InRange(end, "period.end", flaws);
        var firstMonth = monthHolding(zone, start ?? now);
        if (firstMonth is null)
            flaws.Add(new Rejection("time_zone_unknown", "period.timeZone", $"'{zone}' is not an IANA time zone such as Europe/Berlin."));
        if (end is null) return flaws.Count > before ? null : new BudgetPeriod.Monthly(firstMonth!.Value, zone);

        if (start is null) flaws.Add(new Rejection("period_start_missing", "period.start", "A period with an end has a start."));
        OnBoundary(start, "period.start", flaws);
        OnBoundary(end, "period.end", flaws);
        if (end <= start) flaws.Add(new Rejection("period_empty", "period.end", "The period ends after it starts."));
        return flaws.Count > before ? null : new BudgetPeriod.Custom(new Window(start!.Value, end.Value), zone);
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
