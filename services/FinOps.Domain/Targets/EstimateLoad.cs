using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>The load of a request, and whether the deployment can carry it at all.</summary>
internal static class EstimateLoad
{
    /// <summary>Of floating point: the most that was shown, asked for again, is not more.</summary>
    private const double RateSlack = 1e-9;

    public static Load Of(EstimateRequest asked) => asked switch
    {
        { Concurrency: { } concurrency } => new Load.Concurrency(concurrency),
        { RequestsPerSecond: { } rate } => new Load.RequestRate(rate),
        { MaxSecondsPerOutputToken: null, MaxSecondsToFirstToken: null } => new Load.Maximum(),
        _ => new Load.Latency(asked.MaxSecondsPerOutputToken, asked.MaxSecondsToFirstToken),
    };

    /// <exception cref="RejectedException">One sequence alone is slower than the limit, or requests come faster than they can be answered.</exception>
    public static void RequireCarried(EstimatePlan plan)
    {
        if (plan.Workload.Load is Load.Latency limit) RequireInTime(plan, limit);
        if (plan.Workload.Load is Load.RequestRate rate) RequireAnswered(plan, rate.RequestsPerSecond);
    }

    private static void RequireInTime(EstimatePlan plan, Load.Latency limit)
    {
        var deployment = plan.Deployment with { Accelerators = plan.Deployment.Parallelism.Accelerators };
        var alone = EstimateDeployment.Of(plan.Model, deployment, plan.Workload with { Load = new Load.Concurrency(1) }, plan.Efficiency);
        var checks = new Checks();
        Check(limit.SecondsPerOutputToken, alone.SecondsPerOutputToken, "maxSecondsPerOutputToken", "between two tokens");
        Check(limit.SecondsToFirstToken, alone.SecondsToFirstToken, "maxSecondsToFirstToken", "until its first token");
        checks.ThrowIfAny();

        void Check(double? most, double needed, string field, string what)
        {
            if (most is not { } given || needed <= given) return;
            checks.Fail("limit_too_low", field, FormattableString.Invariant(
                $"`{field}` is {given}; one sequence alone needs {RoundedUp(needed)} s {what} on {deployment.Parallelism} of {deployment.Accelerator.Key}."));
        }
    }

    private static void RequireAnswered(EstimatePlan plan, double rate)
    {
        var most = EstimateDeployment.Of(plan.Model, plan.Deployment, plan.Workload with { Load = new Load.Maximum() }, plan.Efficiency).RequestsPerSecond;
        if (rate <= most * (1 + RateSlack)) return;
        var copy = plan.Deployment.Parallelism.Accelerators;
        var needed = Math.Ceiling(rate / (most / plan.Deployment.Copies)) * copy;
        throw new RejectedException(new Rejection("rate_too_high", "requestsPerSecond", FormattableString.Invariant(
            $"`requestsPerSecond` is {rate}; {plan.Deployment.Accelerators} of {plan.Deployment.Accelerator.Key} answer at most {most:0.###}. Take {needed} accelerators.")));
    }

    /// <summary>To three digits that hold: rounded down, the limit told would again be refused.</summary>
    private static double RoundedUp(double seconds)
    {
        var scale = Math.Pow(10, Math.Floor(Math.Log10(seconds)) - 2);
        return Math.Round(Math.Ceiling(seconds / scale) * scale, 12);
    }
}
