using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;

namespace FinOps.Platform.Reporting;

/// <summary>A unit cost question, checked and narrowed to what the credential allows.</summary>
internal sealed record AskedUnitCost(UnitCostQuestion Question, CalendarBuckets Calendar, string TimeZone, DateTimeOffset? AsOf)
{
    private static readonly Dimension[] TimeDimensions = [Dimension.QuarterHour, Dimension.Hour, Dimension.Day, Dimension.Month];

    public static AskedUnitCost Of(
        UsageFilter where, IReadOnlyList<Dimension>? groupBy, string timeZone, CostBasis basis, DateTimeOffset? asOf, Viewer viewer,
        DateTimeOffset now)
    {
        var window = where.Window();
        IReadOnlyList<Dimension> dimensions = [.. (groupBy ?? []).Distinct()];
        var times = dimensions.Intersect(TimeDimensions).ToList();
        if (times.Count > 1)
            throw Refused("group_by_ambiguous", "groupBy", "`groupBy` takes at most one of QUARTER_HOUR, HOUR, DAY and MONTH.");
        if (asOf is { } instant) RequireAnswerable(instant, now);
        var calendar = new CalendarBuckets(window, times.Count == 0 ? null : times[0], timeZone);
        var question = new UnitCostQuestion
        {
            Window = window,
            GroupBy = dimensions,
            Buckets = calendar.Buckets,
            Tenants = viewer.Narrow(where.Tenants)?.ToHashSet(),
            Models = Possible(where.Models)?.Select(m => new ModelId(m)).ToHashSet(),
            Fleets = Possible(where.Fleets)?.Select(f => new FleetId(f)).ToHashSet(),
            ShowsCost = viewer.SeesCost,
            Now = asOf ?? now,
            Basis = basis,
        };
        return new AskedUnitCost(question, calendar, timeZone, asOf);
    }

    /// <summary>Nothing is called by an impossible name, so it selects nothing.</summary>
    private static IEnumerable<string>? Possible(IReadOnlyList<string>? names) => names?.Where(n => Name.Flaw(n) is null);

    /// <summary>Buckets know the hour in which they were recorded; what was known within an hour they cannot tell.</summary>
    private static void RequireAnswerable(DateTimeOffset asOf, DateTimeOffset now)
    {
        if (asOf > now) throw Refused("as_of_future", "asOf", "`asOf` lies in the future; leave it out for now.");
        var hour = TimeSpan.TicksPerHour;
        if (asOf.UtcTicks % hour == 0) return;
        var nearest = new DateTimeOffset((asOf.UtcTicks + hour / 2) / hour * hour, TimeSpan.Zero);
        throw Refused("as_of_off_hour", "asOf", $"`asOf` must lie on an hour of UTC; the nearest is {nearest:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
    }

    private static RejectedException Refused(string code, string field, string message) => new(new Rejection(code, field, message));
}
