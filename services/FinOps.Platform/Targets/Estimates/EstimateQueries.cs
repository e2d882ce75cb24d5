using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Targets.Facts;
using GraphQL;

namespace FinOps.Platform.Targets.Estimates;

/// <summary>What tokens should cost by physics. See docs/targets.md.</summary>
public sealed class EstimateQueries
{
    /// <summary>Of one deployment. What cannot be is an error that says why, and the nearest that works.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static EstimateView EstimateTarget(EstimateInput input, [FromServices] FactCatalogue facts)
    {
        var asked = input.ToRequest();
        return EstimateView.Of(asked, asked.Decide(facts.Facts, facts.Prices).Answer());
    }

    /// <summary>Of every combination of the lists. What cannot be is among them with its reasons; what is worth choosing is marked.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static IReadOnlyList<EstimateView> SweepTargets(SweepInput input, [FromServices] FactCatalogue facts) =>
        [.. input.ToRequest().Decide(facts.Facts, facts.Prices, Limits.SweepConfigurations).Select(EstimateView.Of)];
}
