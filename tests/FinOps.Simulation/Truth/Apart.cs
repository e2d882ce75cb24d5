using FinOps.Simulation.Load;

namespace FinOps.Simulation.Truth;

/// <summary>By what buckets are kept apart, in the simulation's own words: it knows all that its workload may say.</summary>
internal static class Apart
{
    public static string RateClass(Facts facts)
    {
        var input = facts.Quantities.Take(5).Sum() ?? 0;
        var band = input > 200_000 ? "200k" : input > 128_000 ? "128k" : input > 32_000 ? "32k" : "";
        var tier = facts.Tags.Contains(("service_tier", "BATCH")) ? "batch" : "";
        return band.Length > 0 && tier.Length > 0 ? $"{band}/{tier}" : band + tier;
    }

    public static string Tags(Facts facts) => string.Join('&', facts.Tags.Where(t => t.Key is "application" or "team").Select(t =>
        t.Value == Workload.SessionLikeTeam ? "team=other" : $"{t.Key}={t.Value.Replace(" ", "%20", StringComparison.Ordinal)}"));
}
