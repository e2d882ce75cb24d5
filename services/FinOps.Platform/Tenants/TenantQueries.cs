using FinOps.Domain.Tenants;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Tenants;

/// <summary>Who pays.</summary>
public sealed class TenantQueries
{
    /// <summary>Those that are registered, and those that usage names; a tenant sees itself.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<TenantView>> Tenants(
        [FromServices] SeenSeries seen, [FromServices] LiveBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var registry = (await books.NowAsync(cancellation)).Tenants;
        var used = (await seen.OfAsync(viewer.Tenants, cancellation)).Select(s => s.Series.Tenant);
        var now = QuarterHour.Holding(clock.GetUtcNow());
        return
        [
            .. used.Concat(viewer.Tenants ?? registry.Tenants).Distinct().OrderBy(t => t.Value, StringComparer.Ordinal)
                .Select(t => TenantView.Of(t, registry.At(t, now), registry.Profiles(t))),
        ];
    }
}

/// <summary>Changes of what is known of tenants.</summary>
public sealed class TenantMutations
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<TenantView> SetTenant(
        TenantInput input, [FromServices] RecordInBooks books, [FromServices] LiveBooks live, [FromServices] TimeProvider clock,
        [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        var (tenant, registry) = (new TenantId(input.Tenant), (await live.NowAsync(cancellation)).Tenants);
        return TenantView.Of(tenant, registry.At(tenant, QuarterHour.Holding(now)), registry.Profiles(tenant));
    }
}

/// <summary>A tenant as GraphQL shows it.</summary>
/// <param name="Id">As usage names it.</param>
/// <param name="Registered">Whether a profile is in effect now; usage of others counts all the same.</param>
/// <param name="DisplayName">For people; its own name where it is not registered.</param>
/// <param name="Currency">In which it is shown figures; null where none was agreed.</param>
/// <param name="TimeZone">Of its days and months.</param>
/// <param name="MonthStartsOnDay">Of its accounting months.</param>
/// <param name="ShowsCost">Whether its contract shows it cost, target and margin.</param>
/// <param name="Profiles">By date, also those to come.</param>
[Name("Tenant")]
public sealed record TenantView(
    string Id, bool Registered, string DisplayName, string? Currency, string TimeZone, int MonthStartsOnDay, bool ShowsCost,
    IReadOnlyList<TenantProfileView> Profiles)
{
    internal static TenantView Of(TenantId tenant, TenantProfile? now, IReadOnlyList<TenantProfile> profiles) => new(
        tenant.Value, now is not null, now?.DisplayName ?? tenant.Value, now?.Currency?.Code, now?.TimeZone ?? "UTC", now?.MonthStartsOnDay ?? 1,
        now?.ShowsCost ?? false, [.. profiles.Select(TenantProfileView.Of)]);
}

/// <summary>What was said of a tenant from an instant on.</summary>
[Name("TenantProfile")]
public sealed record TenantProfileView(
    DateTimeOffset From, string DisplayName, string? Currency, string TimeZone, int MonthStartsOnDay, bool ShowsCost)
{
    internal static TenantProfileView Of(TenantProfile profile) => new(
        profile.From, profile.DisplayName, profile.Currency?.Code, profile.TimeZone, profile.MonthStartsOnDay, profile.ShowsCost);
}
