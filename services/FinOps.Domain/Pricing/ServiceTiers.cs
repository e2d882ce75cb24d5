namespace FinOps.Domain.Pricing;

/// <summary>The service tiers by their names: <c>standard</c>, <c>batch</c>, <c>flex</c>, <c>priority</c>.</summary>
public static class ServiceTiers
{
    private static readonly Dictionary<string, ServiceTier> ByName = Enum.GetValues<ServiceTier>().ToDictionary(Name);

    public static IEnumerable<string> Names => ByName.Keys;

    /// <returns>Null where no tier is called so.</returns>
    public static ServiceTier? Find(string name) => ByName.TryGetValue(name, out var tier) ? tier : null;

    public static string Name(this ServiceTier tier) => tier.ToString().ToLowerInvariant();
}
