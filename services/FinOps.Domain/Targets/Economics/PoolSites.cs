namespace FinOps.Domain.Targets.Economics;

/// <summary>
/// What several sites, or groups of clients, need together: alone, pooled, or with an own base and a common overflow. Pooled demand needs less than its parts
/// (statistical multiplexing): headroom grows with the square root of the load, and peaks of different hours do not add up.
/// </summary>
public static class PoolSites
{
    /// <summary>One pool serves all.</summary>
    public static Provision Central(IReadOnlyList<DayProfile> sites, double waitingAtMost) => ProvisionServers.Fixed(DayProfile.Sum(sites), waitingAtMost);

    /// <summary>Each has its own, at least one server.</summary>
    public static Provision Edge(IReadOnlyList<DayProfile> sites, double waitingAtMost) =>
        Total(sites.Select(s => ProvisionServers.Fixed(s, waitingAtMost)).Select(p => p.Servers > 0 ? p : new Provision([.. p.Hourly.Select(_ => 1.0)], 0)));

    /// <summary>
    /// Each has servers for a share of its mean demand, and what finds them busy goes to one pool. The overflow is burstier than the demand:
    /// its mean is M = Σ aᵢ·B(cᵢ, aᵢ), its variance V = Σ mᵢ·(1 − mᵢ + aᵢ/(cᵢ + 1 − aᵢ + mᵢ)) (R. I. Wilkinson, 1956), and with z = V/M the pool
    /// needs z times the servers of M/z erlangs (W. S. Hayward).
    /// </summary>
    /// <param name="sites">Demands by hour.</param>
    /// <param name="baseShare">Of the mean demand, rounded up to whole servers: 0 or more.</param>
    /// <param name="waitingAtMost">The share of the overflow that may wait.</param>
    public static Provision Hybrid(IReadOnlyList<DayProfile> sites, double baseShare, double waitingAtMost) =>
        Hybrid([.. sites.Select(s => (s, (int)Math.Ceiling(s.Mean * baseShare - 1e-9)))], waitingAtMost);

    /// <summary>The same where each site's own servers are given.</summary>
    public static Provision Hybrid(IReadOnlyList<(DayProfile Demand, int Servers)> own, double waitingAtMost)
    {
        var common = 0.0;
        for (var hour = 0; hour < DayProfile.Hours; hour++) common = Math.Max(common, Overflow(own.Select(o => (o.Servers, o.Demand.Hourly[hour])), waitingAtMost));
        var all = own.Sum(o => o.Servers) + Math.Ceiling(common - 1e-9);
        return new Provision([.. Enumerable.Repeat(all, DayProfile.Hours)], own.Sum(o => o.Demand.Mean));
    }

    /// <summary>What pooling saves of the servers that parts of their own need: 0 to 1.</summary>
    public static double Saving(IReadOnlyList<DayProfile> sites, double waitingAtMost)
    {
        var edge = Edge(sites, waitingAtMost).Servers;
        return edge > 0 ? 1 - Central(sites, waitingAtMost).Servers / edge : 0;
    }

    private static double Overflow(IEnumerable<(int Servers, double Offered)> sites, double waitingAtMost)
    {
        var (mean, variance) = (0.0, 0.0);
        foreach (var (servers, offered) in sites)
        {
            var over = offered * ErlangC.Lost(servers, offered);
            mean += over;
            variance += over * (1 - over + offered / (servers + 1 - offered + over));
        }

        if (mean <= 0) return 0;
        var peakedness = Math.Max(1, variance / mean);
        return peakedness * ErlangC.FewestServers(mean / peakedness, waitingAtMost);
    }

    private static Provision Total(IEnumerable<Provision> parts)
    {
        var all = parts.ToList();
        return new Provision([.. Enumerable.Range(0, DayProfile.Hours).Select(h => all.Sum(p => p.Hourly[h]))], all.Sum(p => p.Busy));
    }
}
