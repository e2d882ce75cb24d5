using FinOps.Domain.Tenants;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Tenants;

/// <summary>Stored as <c>tenant_set_v1</c> in the stream <c>tenant/{tenant}</c>: what is known of a tenant from an instant on.</summary>
public sealed record TenantSet(
    string Tenant, DateTimeOffset From, string DisplayName, string? Currency, string TimeZone, int MonthStartsOnDay, bool ShowsCost,
    DateTimeOffset RecordedAt, string RecordedBy) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.Tenant, Tenant: Tenant);

    /// <param name="profile">What was decided.</param>
    /// <param name="isDated">Whether the sender said from when; if not, the same profile that day is the same.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    internal static BookEntry Entry(TenantProfile profile, bool isDated, DateTimeOffset now, string by) => new(
        $"tenant/{profile.Tenant}",
        new TenantSet(
            profile.Tenant.Value, profile.From, profile.DisplayName, profile.Currency?.Code, profile.TimeZone, profile.MonthStartsOnDay,
            profile.ShowsCost, now, by),
        books => isDated
            ? !books.Tenants.Profiles(profile.Tenant).Contains(profile)
            : books.Tenants.At(profile.Tenant, QuarterHour.Holding(profile.From)) is not { } current
                || current with { From = profile.From } != profile);

    internal TenantProfile ToProfile() => new(
        new TenantId(Tenant), From, DisplayName, Currency is null ? null : new Currency(Currency), TimeZone, MonthStartsOnDay, ShowsCost);
}
