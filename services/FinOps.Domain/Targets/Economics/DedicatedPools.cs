namespace FinOps.Domain.Targets.Economics;

/// <summary>What it takes when each group of clients has instances of its own, beside one pool for all.</summary>
/// <param name="Dedicated">Instances of each group's own.</param>
/// <param name="Pooled">The same demand in one pool.</param>
public sealed record DedicatedPools(Provision Dedicated, Provision Pooled)
{
    /// <summary>What isolation costs: instances per instance of a common pool.</summary>
    public double CostRatio => Pooled.Servers > 0 ? Dedicated.Servers / Pooled.Servers : 1;

    /// <param name="groups">Demand of each, in busy instances by hour.</param>
    /// <param name="waitingAtMost">The share of requests that may wait.</param>
    /// <param name="leastPerGroup">Instances that a group has even when it asks for little: one, or two so that one may fail.</param>
    public static DedicatedPools Of(IReadOnlyList<DayProfile> groups, double waitingAtMost, int leastPerGroup = 1)
    {
        var own = groups.Select(g => Math.Max(leastPerGroup, ErlangC.FewestServers(g.Peak, waitingAtMost))).Sum();
        var busy = groups.Sum(g => g.Mean);
        var pooled = PoolSites.Central(groups, waitingAtMost);
        var least = Math.Max(leastPerGroup, pooled.Servers);
        return new DedicatedPools(All(own), All(least));

        Provision All(double servers) => new([.. Enumerable.Repeat(servers, DayProfile.Hours)], busy);
    }
}
