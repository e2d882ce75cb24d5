using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>A share of the traffic and what it costs where it goes.</summary>
/// <param name="Share">Of the tokens: 0 to 1.</param>
/// <param name="CostPerMillion">There.</param>
public sealed record Route(decimal Share, Money CostPerMillion);

/// <summary>Requests that a smaller model can answer are sent to it; somebody has to tell which.</summary>
public static class RouteRequests
{
    /// <summary>Σ shareᵢ · costᵢ + what telling costs, per million tokens.</summary>
    /// <exception cref="RejectedException">Shares do not sum to 1.</exception>
    public static Money CostPerMillion(IReadOnlyList<Route> routes, Money router)
    {
        if (routes.Any(r => r.Share < 0) || routes.Sum(r => r.Share) != 1)
            throw new RejectedException(new Rejection("shares_invalid", "routes.share", "Shares of routes are not negative and sum to 1."));
        return routes.Aggregate(router, (sum, r) => sum + new Money(r.Share * r.CostPerMillion.Amount, r.CostPerMillion.Currency));
    }

    /// <summary>What is saved when a share f costs r of what it did: f·(1 − r), less what telling costs as a share.</summary>
    public static decimal Saving(decimal share, decimal costRatio, decimal routerShare = 0) => share * (1 - costRatio) - routerShare;

    /// <summary>The share of traffic that must go to the smaller model to save so much; null where even all of it would not do.</summary>
    public static decimal? ShareFor(decimal saving, decimal costRatio, decimal routerShare = 0) =>
        costRatio < 1 && (saving + routerShare) / (1 - costRatio) is var share and <= 1 ? share : null;
}
