using FinOps.Domain.Metering;
using FinOps.Domain.Reporting;
using FinOps.Domain.Tenants;
using FinOps.Domain.Values;
using FinOps.Platform.Access;

namespace FinOps.Platform.Reporting;

/// <summary>A unit cost question as it is asked.</summary>
/// <param name="Where">Of what.</param>
/// <param name="GroupBy">Null is one row per kind.</param>
/// <param name="TagKey">By which tag TAG groups.</param>
/// <param name="TimeZone">IANA, or TENANT.</param>
/// <param name="Basis">How cost meets work.</param>
/// <param name="Currency">ISO 4217, or TENANT; null is the only one that there is.</param>
/// <param name="AsOf">Record time; null is now.</param>
/// <param name="ByClass">Whether cost is told by token class, too.</param>
/// <param name="Explains">Whether what stands behind the variance is gathered, for words.</param>
public sealed record UnitCostArguments(
    UsageFilter Where, IReadOnlyList<Dimension>? GroupBy = null, string? TagKey = null, string TimeZone = "UTC", CostBasis Basis = CostBasis.Allocation,
    string? Currency = null, DateTimeOffset? AsOf = null, bool ByClass = false, bool Explains = false);

/// <summary>A unit cost question, checked and narrowed to what the credential allows.</summary>
internal sealed record AskedUnitCost(UnitCostQuestion Question, ReportCalendars Calendars, string TimeZone, DateTimeOffset? AsOf)
{
    private static readonly Dimension[] TimeDimensions = [Dimension.QuarterHour, Dimension.Hour, Dimension.Day, Dimension.Month];

    public static AskedUnitCost Of(
        UnitCostArguments arguments, Viewer viewer, TenantBook registry, DateTimeOffset now)
    {
        var (where, groupBy, tagKey, timeZone, basis, currency, asOf, byClass, explains) = arguments;
        var window = where.Window();
        var tags = where.TagsWanted();
        IReadOnlyList<Dimension> dimensions = [.. (groupBy ?? []).Distinct()];
        var times = dimensions.Intersect(TimeDimensions).ToList();
        if (times.Count > 1)
            throw Refused("group_by_ambiguous", "groupBy", "`groupBy` takes at most one of QUARTER_HOUR, HOUR, DAY and MONTH.");
        RequireTagKey(dimensions, tagKey);
        if (asOf is { } instant) RequireAnswerable(instant, now);
        var tenants = viewer.Narrow(where.Tenants)?.ToHashSet();
        var only = tenants is { Count: 1 } ? registry.At(tenants.Single(), new QuarterHour(window.EndSlot.Index - 1)) : null;
        var (calendars, zone) = CalendarsOf(window, times.Count == 0 ? null : times[0], timeZone, dimensions, tenants, only, registry);
        var question = new UnitCostQuestion
        {
            Window = window,
            GroupBy = dimensions,
            Buckets = calendars.Buckets,
            OwnBuckets = calendars.OwnBuckets,
            Currency = CurrencyOf(currency, tenants, only),
            Tenants = tenants,
            Models = Possible(where.Models)?.Select(m => new ModelId(m)).ToHashSet(),
            Fleets = Possible(where.Fleets)?.Select(f => new FleetId(f)).ToHashSet(),
            Tags = tags,
            TagKey = tagKey,
            ShowsCost = viewer.SeesCost,
            Now = asOf ?? now,
            Basis = basis,
            ByClass = byClass,
            Explains = explains,
        };
        return new AskedUnitCost(question, calendars, zone, asOf);
    }

    /// <summary>Of tenants as they are registered at the window's end.</summary>
    private static (ReportCalendars Calendars, string TimeZone) CalendarsOf(
        Window window, Dimension? time, string timeZone, IReadOnlyList<Dimension> groupBy, HashSet<TenantId>? tenants, TenantProfile? only,
        TenantBook registry)
    {
        if (timeZone != ReportCalendars.Tenants) return (ReportCalendars.Of(window, time, timeZone), timeZone);
        if (tenants is { Count: 1 })
        {
            return only is null
                ? (ReportCalendars.Of(window, time, "UTC"), "UTC")
                : (ReportCalendars.Of(window, time, only.TimeZone, only.MonthStartsOnDay), only.TimeZone);
        }

        if (!groupBy.Contains(Dimension.Tenant))
            throw Refused("time_zone_ambiguous", "timeZone", "TENANT takes each tenant's own days: group by TENANT, or name one tenant.");
        var profiles = registry.Tenants.Where(t => tenants is null || tenants.Contains(t)).Select(t => registry.At(t, new QuarterHour(window.EndSlot.Index - 1)));
        return (ReportCalendars.OfTenants(window, time, profiles.OfType<TenantProfile>()), timeZone);
    }

    private static Currency? CurrencyOf(string? currency, HashSet<TenantId>? tenants, TenantProfile? only) => currency switch
    {
        null => null,
        ReportCalendars.Tenants when tenants is { Count: 1 } => only?.Currency,
        ReportCalendars.Tenants => throw Refused("currency_ambiguous", "currency", "TENANT takes the tenant's own currency: name one tenant."),
        _ when Iso4217.IsCode(currency) => new Currency(currency),
        _ => throw Refused("currency_invalid", "currency", $"`currency` is '{currency}'; it must be an ISO 4217 code such as USD, or TENANT."),
    };

    /// <summary>Nothing is called by an impossible name, so it selects nothing.</summary>
    private static IEnumerable<string>? Possible(IReadOnlyList<string>? names) => names?.Where(n => Name.Flaw(n) is null);

    private static void RequireTagKey(IReadOnlyList<Dimension> dimensions, string? tagKey)
    {
        var groupsByTag = dimensions.Contains(Dimension.Tag);
        if (groupsByTag && tagKey is null)
            throw Refused("tag_key_missing", "tagKey", $"`groupBy` TAG needs a `tagKey`: {UsageFilter.TagKeys}.");
        if (tagKey is null) return;
        if (!TagSet.IsKey(tagKey)) throw UsageFilter.UnknownTagKey("tagKey", tagKey);
        if (!groupsByTag) throw Refused("tag_key_unused", "tagKey", "`tagKey` says by which tag TAG groups; put TAG into `groupBy`, or leave `tagKey` out.");
    }

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
