using FinOps.Domain.Values;

namespace FinOps.Platform.Access;

/// <summary>What a credential may do.</summary>
public enum ViewerRole
{
    /// <summary>Everything.</summary>
    Operator,

    /// <summary>All figures, prices, budgets.</summary>
    Finance,

    /// <summary>Its own usage, charges, budgets and alerts.</summary>
    Tenant,

    /// <summary>Publishes for the tenants that it names.</summary>
    Fleet,
}

/// <summary>Who asks, from the credential alone.</summary>
/// <param name="Name">Names the credential in logs and audits; never the key itself.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Tenants">The tenants that it may see or, for a fleet, report for; null is any.</param>
/// <param name="SeesCost">Whether cost, target and margin may be shown: always for operator and finance, by contract for a tenant.</param>
public sealed record Viewer(string Name, ViewerRole Role, IReadOnlyList<TenantId>? Tenants, bool SeesCost)
{
    public bool MaySee(TenantId tenant) => Tenants is null || Tenants.Contains(tenant);

    /// <summary>Narrows what was asked to what the credential allows; it never widens it.</summary>
    /// <param name="asked">The filter's tenants; null is all.</param>
    /// <returns>The tenants to show; null is all, empty is none.</returns>
    public IReadOnlyList<TenantId>? Narrow(IReadOnlyList<string>? asked)
    {
        if (asked is null) return Tenants;
        var wanted = asked.Where(t => IsPossible(t)).Select(t => new TenantId(t)).Distinct().ToList();
        return Tenants is null ? wanted : wanted.Where(Tenants.Contains).ToList();
    }

    private static bool IsPossible(string tenant) => Domain.Values.Name.Flaw(tenant) is null;
}
