using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What a formula of a claim works with: its numbers and deployments, the facts and the prices.</summary>
public sealed class ClaimCase(Claim claim, TargetFacts facts, PriceBook prices)
{
    public const double SecondsPerHour = 3600;
    public const double Million = 1e6;
    public const double Thousand = 1e3;

    private readonly Dictionary<string, PlannedEstimate> estimates = [];

    public TargetFacts Facts => facts;

    public PriceBook Prices => prices;

    /// <summary>The middle of what is claimed.</summary>
    public double Claimed(string point) => claim.Points.Single(p => p.Name == point).Middle;

    public double Given(string name) => claim.Given[name];

    public ModelArchitecture Model(string key) => facts.Models[key];

    public Accelerator Chip(string key) => facts.Accelerators[key];

    /// <summary>A deployment's estimate, made once.</summary>
    public PlannedEstimate Estimate(string deployment) =>
        estimates.TryGetValue(deployment, out var known) ? known : estimates[deployment] = claim.Deployments[deployment].Decide(facts).Answer();

    /// <summary>Sequences that a deployment holds at its lengths; less than one says that it does not fit.</summary>
    public double Sequences(string deployment)
    {
        try
        {
            return Estimate(deployment).Estimate.Memory.MostSequences;
        }
        catch (RejectedException refused) when (refused.Rejections.All(r => r.Code == "does_not_fit"))
        {
            return 0;
        }
    }

    /// <summary>Accelerator-hours per million answer tokens, the reading of their prompts included.</summary>
    public double HoursPerMillionOutput(string deployment) => Million / (SecondsPerHour * OutputPerSecond(deployment));

    /// <summary>Prompt and answer tokens per second and accelerator.</summary>
    public double TokensPerSecond(string deployment)
    {
        var estimate = Estimate(deployment).Estimate;
        return (estimate.OutputTokensPerSecond + estimate.PromptTokensPerSecond) / estimate.Accelerators;
    }

    /// <summary>Of prompt and answer tokens alike, at full load and the given price of an accelerator-hour.</summary>
    public double CostPerToken(string deployment) => Given("acceleratorHour") / SecondsPerHour / TokensPerSecond(deployment);

    /// <summary>Answer tokens per second and accelerator.</summary>
    public double OutputPerSecond(string deployment) => Estimate(deployment).Estimate.OutputTokensPerSecondPerAccelerator;

    /// <summary>Weights of one whole model, bytes.</summary>
    public double WeightBytes(string model, NumberFormat format)
    {
        var (nonExpert, experts) = FitInMemory.WeightBytes(Model(model), Precision.Of(format));
        return nonExpert + experts;
    }
}
