using FinOps.Domain.Values;

namespace FinOps.Domain.Tenants;

/// <summary>Registers a tenant, or changes what is known of it from an instant on. The same instant again replaces.</summary>
/// <param name="Tenant">As usage names it.</param>
/// <param name="From">On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="DisplayName">For people; null is the tenant's own name.</param>
/// <param name="Currency">ISO 4217; null where none was agreed.</param>
/// <param name="TimeZone">IANA; null is UTC.</param>
/// <param name="MonthStartsOnDay">The day on which accounting months begin; null is the first.</param>
/// <param name="ShowsCost">Whether its contract shows it cost, target and margin.</param>
public sealed record SetTenant(
    string Tenant, DateTimeOffset? From, string? DisplayName, string? Currency, string? TimeZone, int? MonthStartsOnDay, bool ShowsCost)
{
    /// <summary>A later day is not in every month.</summary>
    public const int LastMonthStart = 28;

    /// <param name="now">When.</param>
    /// <param name="isZone">Whether a name is that of an IANA zone: the domain knows no zones.</param>
    /// <exception cref="RejectedException">With every failure at once.</exception>
    public TenantProfile Decide(DateTimeOffset now, Func<string, bool> isZone)
    {
        var checks = new Checks();
        checks.Named(Tenant, "tenant");
        if (DisplayName is not null) checks.Named(DisplayName, "displayName");
        if (Currency is not null) checks.CurrencyCode(Currency);
        if (From is { } from) checks.Boundary(from, "from");
        if (TimeZone is { } zone && !isZone(zone))
            checks.Fail("time_zone_unknown", "timeZone", $"`timeZone` is '{zone}'; it must be an IANA zone such as Europe/Berlin.");
        if (MonthStartsOnDay is < 1 or > LastMonthStart)
        {
            checks.Fail(
                "month_start_invalid", "monthStartsOnDay", $"`monthStartsOnDay` is {MonthStartsOnDay}; every month has the days 1 to {LastMonthStart}.");
        }

        checks.ThrowIfAny();
        return new TenantProfile(
            new TenantId(Tenant), Day.FromOrStart(From, now), DisplayName ?? Tenant, Currency is null ? null : new Currency(Currency),
            TimeZone ?? "UTC", MonthStartsOnDay ?? 1, ShowsCost);
    }
}
