using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Calibration;

/// <summary>A throughput that somebody measured, and what is known of how.</summary>
/// <param name="Id">Of the row.</param>
/// <param name="Engine">Key of its efficiency factors; without any of its own the usual ones hold.</param>
/// <param name="Model">The model.</param>
/// <param name="PrecisionName">As the measurement names it, for tables.</param>
/// <param name="Ways">
/// Deployments and workloads it may have been: one where the layout is told; where it is not, all that could have been, and the fastest counts,
/// since who publishes a best figure chose it.
/// </param>
/// <param name="OutputTokensPerSecond">What was measured, over all accelerators.</param>
public sealed record Measurement(
    string Id, string Engine, ModelArchitecture Model, string PrecisionName, IReadOnlyList<MeasuredWay> Ways, double OutputTokensPerSecond)
{
    /// <summary>Requests came at random, and the slowest of a hundred had to keep the limit.</summary>
    public bool RandomArrivals { get; init; }

    public Accelerator Accelerator => Ways[0].Deployment.Accelerator;

    /// <returns>Output tokens per second of the best way that fits; null when none does.</returns>
    public double? Predict(Efficiency efficiency)
    {
        double? best = null;
        foreach (var (deployment, workload) in Ways)
        {
            var asked = RandomArrivals && workload.Load is Load.Latency { SecondsPerOutputToken: { } limit }
                ? workload with { Load = new Load.Latency(limit * efficiency.MeanOfLimit, null) }
                : workload;
            if (EstimateDeployment.Try(Model, deployment, asked, efficiency) is { } found && !(found < best)) best = found;
        }

        return best * (RandomArrivals ? efficiency.RandomArrivals : 1);
    }
}

/// <param name="Deployment">Where and how.</param>
/// <param name="Workload">What was asked.</param>
public sealed record MeasuredWay(Deployment Deployment, Workload Workload);
