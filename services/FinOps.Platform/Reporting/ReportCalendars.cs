using FinOps.Domain.Reporting;
using FinOps.Domain.Tenants;
using FinOps.Domain.Values;

namespace FinOps.Platform.Reporting;

/// <summary>The calendar of a report: one of the zone asked for, or each tenant's own.</summary>
internal sealed class ReportCalendars
{
    /// <summary>Asks for each tenant's own time zone, accounting months and currency, as registered.</summary>
    public const string Tenants = "TENANT";

    private readonly Dictionary<TenantId, CalendarBuckets> own = [];
    private readonly CalendarBuckets common;

    private ReportCalendars(CalendarBuckets common) => this.common = common;

    public TimeBuckets Buckets => common.Buckets;

    /// <summary>Whether months begin on the first of the calendar's.</summary>
    public bool IsCivil { get; private init; } = true;

    public IReadOnlyDictionary<TenantId, TimeBuckets> OwnBuckets => own.ToDictionary(t => t.Key, t => t.Value.Buckets);

    public static ReportCalendars Of(Window window, Dimension? dimension, string timeZone, int monthStartsOnDay = 1) =>
        new(new CalendarBuckets(window, dimension, timeZone, monthStartsOnDay)) { IsCivil = monthStartsOnDay == 1 };

    /// <summary>Each tenant's own calendar; who is not registered, and what is no tenant's, has that of UTC.</summary>
    /// <param name="window">What is reported.</param>
    /// <param name="dimension">Of time.</param>
    /// <param name="profiles">Of those who are registered.</param>
    public static ReportCalendars OfTenants(Window window, Dimension? dimension, IEnumerable<TenantProfile> profiles)
    {
        var calendars = new ReportCalendars(new CalendarBuckets(window, dimension, "UTC"));
        var made = new Dictionary<(string Zone, int Day), CalendarBuckets>();
        foreach (var profile in profiles)
        {
            var rules = (profile.TimeZone, profile.MonthStartsOnDay);
            if (!made.TryGetValue(rules, out var calendar))
                made[rules] = calendar = new CalendarBuckets(window, dimension, profile.TimeZone, profile.MonthStartsOnDay);
            calendars.own[profile.Tenant] = calendar;
        }

        return calendars;
    }

    /// <returns>The start and the name of the bucket that a row is of; nulls where time is not grouped by.</returns>
    public (DateTimeOffset? Start, string? Label) Of(CellKey key)
    {
        if (key.Bucket == TimeBuckets.NoBucket) return (null, null);
        var calendar = key.Tenant is { } tenant ? own.GetValueOrDefault(new TenantId(tenant), common) : common;
        return (calendar.Buckets.StartOf(key.Bucket).Start, calendar.Label(key.Bucket));
    }
}
