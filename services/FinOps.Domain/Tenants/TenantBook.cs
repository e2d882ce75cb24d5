using FinOps.Domain.Values;

namespace FinOps.Domain.Tenants;

/// <summary>The registry of tenants: each one's profiles, each from its date on. Who is not in it may use tokens all the same.</summary>
public sealed class TenantBook
{
    public static readonly TenantBook Empty = new([]);

    private readonly SortedDictionary<string, Timeline<TenantProfile>> tenants = new(StringComparer.Ordinal);

    /// <param name="recorded">In the order of their recording.</param>
    public TenantBook(IEnumerable<TenantProfile> recorded)
    {
        foreach (var profiles in recorded.GroupBy(p => p.Tenant))
            tenants[profiles.Key.Value] = new Timeline<TenantProfile>(profiles.Select(p => (QuarterHour.Holding(p.From), p)));
    }

    /// <summary>The registered ones, ordinal.</summary>
    public IEnumerable<TenantId> Tenants => tenants.Keys.Select(t => new TenantId(t));

    /// <returns>Null when it is not registered by then.</returns>
    public TenantProfile? At(TenantId tenant, QuarterHour slot) => tenants.GetValueOrDefault(tenant.Value)?.At(slot);

    /// <returns>Its profiles by date, superseded ones left out.</returns>
    public IReadOnlyList<TenantProfile> Profiles(TenantId tenant) => tenants.GetValueOrDefault(tenant.Value)?.Values ?? [];
}
