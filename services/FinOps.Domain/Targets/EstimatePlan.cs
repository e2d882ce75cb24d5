using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>A question whose every name is a fact and whose every number makes sense: it fits, and it can be estimated.</summary>
/// <param name="Model">What is served.</param>
/// <param name="Deployment">Where and how.</param>
/// <param name="Workload">What is asked of it.</param>
/// <param name="Efficiency">Of the engine on the chip.</param>
/// <param name="AcceleratorHour">What an hour of one chip costs; null where nobody said.</param>
/// <param name="Utilisation">The share of the hours' capacity that is used.</param>
public sealed record EstimatePlan(
    ModelArchitecture Model, Deployment Deployment, Workload Workload, Efficiency Efficiency, Money? AcceleratorHour, decimal Utilisation)
{
    /// <summary>Whose price it is; null where there is none.</summary>
    public string? PriceFrom { get; init; }

    public PlannedEstimate Answer()
    {
        var estimate = EstimateDeployment.Of(Model, Deployment, Workload, Efficiency);
        return new PlannedEstimate(this, estimate, AcceleratorHour is { } hour ? TargetCost.Of(estimate, Workload, hour, Utilisation) : null);
    }
}

/// <summary>A plan with its figures.</summary>
/// <param name="Plan">What was asked, with all that was left out filled in.</param>
/// <param name="Estimate">What it does.</param>
/// <param name="Cost">Null without a price.</param>
public sealed record PlannedEstimate(EstimatePlan Plan, Estimate Estimate, TargetCost? Cost)
{
    private const int WeightDecimals = 6;

    /// <summary>What a user sees: tokens of an answer per second, after the first.</summary>
    public double OutputTokensPerSecondPerUser => 1 / Estimate.SecondsPerOutputToken;

    /// <summary>Of one accelerator, for a token of the workload's mix.</summary>
    public double AcceleratorSecondsPerToken
    {
        get
        {
            var (prompt, output) = (Plan.Workload.PromptTokens, Plan.Workload.OutputTokens);
            return Estimate.Shape.Of(prompt, prompt * Plan.Workload.CachedPrefixShare, output) / (prompt + output);
        }
    }

    /// <summary>Drawn by the chips, for a token of the workload's mix.</summary>
    public double JoulesPerToken => Estimate.WattsPerAccelerator * AcceleratorSecondsPerToken;

    /// <summary>
    /// What a token of each class weighs at these lengths, an uncached prompt token as 1: to be set as work weights. An engine writes its cache
    /// as it reads a prompt, so a written token weighs no more than a read one; images and sound are prompt tokens, reasoning is an answer's.
    /// </summary>
    public IReadOnlyList<(UnitClass Class, decimal WorkUnits)> WorkWeights
    {
        get
        {
            var (prompt, output) = (Plan.Workload.PromptTokens, Plan.Workload.OutputTokens);
            var cached = prompt * Plan.Workload.CachedPrefixShare;
            var shape = Estimate.Shape;
            var input = prompt > cached ? (shape.OfInput(prompt, cached) - cached * shape.CachedInput) / (prompt - cached) : shape.Input;
            return
            [
                .. UnitClass.All.Where(c => c.Side != UnitSide.Other).Select(c => (c, Weight(
                    c == UnitClass.CacheRead ? shape.CachedInput : c.Side == UnitSide.Input ? input : shape.OfOutput(prompt, output) / output, input))),
            ];
        }
    }

    private static decimal Weight(double seconds, double ofInput) =>
        decimal.Round((decimal)(seconds / ofInput), WeightDecimals, MidpointRounding.ToEven);
}
