namespace FinOps.Domain.Targets.Economics;

/// <summary>
/// How much of a pool may be busy before requests have to wait: M/M/c, Poisson arrivals, exponential service, one queue (A. K. Erlang, 1917).
/// A server is whatever a request takes whole: a copy of the model, or one of its places for a sequence. Offered load is in erlangs: the mean
/// number of busy servers, that is requests per second × seconds per request.
/// </summary>
public static class ErlangC
{
    /// <summary>More would not be a pool of accelerators; the sums below are linear in it.</summary>
    public const int MostServers = 1_000_000;

    private const int Halvings = 60;

    /// <summary>
    /// The share of requests that find every server busy and go away: B(c, a) by the recursion B(0) = 1, B(n) = a·B(n−1) / (n + a·B(n−1)).
    /// </summary>
    /// <param name="servers">c, none or more.</param>
    /// <param name="offered">a, erlangs, 0 or more.</param>
    public static double Lost(int servers, double offered)
    {
        var lost = 1.0;
        for (var n = 1; n <= servers; n++) lost = offered * lost / (n + offered * lost);
        return lost;
    }

    /// <summary>The share of requests that have to wait: C = B / (1 − ρ·(1 − B)) with ρ = a/c; all of them from ρ = 1 on.</summary>
    /// <param name="servers">c, one or more.</param>
    /// <param name="offered">a, erlangs, 0 or more.</param>
    public static double Waiting(int servers, double offered)
    {
        if (offered >= servers) return 1;
        var lost = Lost(servers, offered);
        return lost / (1 - offered / servers * (1 - lost));
    }

    /// <summary>The share of a pool that may be busy while at most that share of requests waits: 0 to 1.</summary>
    /// <param name="servers">c, one or more.</param>
    /// <param name="waitingAtMost">Above 0, at most 1.</param>
    public static double MostUtilisation(int servers, double waitingAtMost)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            if (Waiting(servers, middle * servers) <= waitingAtMost) low = middle;
            else high = middle;
        }

        return low;
    }

    /// <summary>The smallest pool of which at most that share of requests waits; none without load.</summary>
    /// <param name="offered">a, erlangs, 0 or more.</param>
    /// <param name="waitingAtMost">Above 0, at most 1.</param>
    public static int FewestServers(double offered, double waitingAtMost)
    {
        if (offered <= 0) return 0;
        var servers = 0;
        var lost = 1.0;
        while (servers < MostServers)
        {
            servers++;
            lost = offered * lost / (servers + offered * lost);
            if (offered < servers && lost / (1 - offered / servers * (1 - lost)) <= waitingAtMost) return servers;
        }

        throw new ArgumentOutOfRangeException(nameof(offered), offered, $"More than {MostServers} servers would be needed.");
    }
}
