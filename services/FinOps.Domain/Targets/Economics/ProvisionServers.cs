namespace FinOps.Domain.Targets.Economics;

/// <summary>Servers that a demand needs.</summary>
/// <param name="Hourly">In each hour of the day, over all pools.</param>
/// <param name="Busy">Of them on average.</param>
public sealed record Provision(IReadOnlyList<double> Hourly, double Busy)
{
    /// <summary>Paid for on average.</summary>
    public double Servers => Hourly.Average();

    /// <summary>The share of the paid hours that is used; nothing of nothing is 0.</summary>
    public double Utilisation => Servers > 0 ? Busy / Servers : 0;
}

/// <summary>How many servers one pool needs over a day so that few requests wait.</summary>
public static class ProvisionServers
{
    /// <summary>What the busiest hour needs, all day.</summary>
    /// <param name="demand">Erlangs by hour.</param>
    /// <param name="waitingAtMost">The share of requests that may wait: above 0, at most 1.</param>
    public static Provision Fixed(DayProfile demand, double waitingAtMost)
    {
        var servers = ErlangC.FewestServers(demand.Peak, waitingAtMost);
        return new Provision([.. demand.Hourly.Select(_ => (double)servers)], demand.Mean);
    }

    /// <summary>What each hour needs and no more: servers come and go on the hour.</summary>
    /// <param name="demand">Erlangs by hour.</param>
    /// <param name="waitingAtMost">The share of requests that may wait: above 0, at most 1.</param>
    /// <param name="least">Servers that stay when nobody asks.</param>
    public static Provision Scaled(DayProfile demand, double waitingAtMost, int least = 0) => new(
        [.. demand.Hourly.Select(h => (double)Math.Max(least, ErlangC.FewestServers(h, waitingAtMost)))], demand.Mean);
}
