using FinOps.Domain.Reporting;
using FinOps.Domain.Targets.Variance;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Why actual cost differs from the target, in money, summed from atoms; above zero costs more. See docs/variance.md.</summary>
/// <param name="Price">The accelerators that were there cost other money than by the target's price.</param>
/// <param name="Utilisation">They were busy a smaller or larger share of their time than by design; of hours without tokens, all of their cost.</param>
/// <param name="Throughput">Busy ones did less or more than the target says.</param>
/// <param name="Weighting">Hours were shared by other weights than the target's: it sums to nothing over a fleet's hour.</param>
/// <param name="Mix">The two that follow.</param>
/// <param name="ClassMix">Input and output stand in another proportion than at the design point.</param>
/// <param name="LengthMix">Prompts and answers are longer or shorter.</param>
/// <param name="Cache">Less or more of the input came from the cache.</param>
/// <param name="Unexplained">Targets that know only money tell no causes.</param>
/// <param name="Sum">Actual less target over the usage that has both, and idle cost of fleets with a target: all effects, to the last digit.</param>
/// <param name="PerMillionTokens">Each over the tokens that have a target and a known cost, 12 decimals; null without any.</param>
[Name("VarianceEffects")]
public sealed record VarianceEffectsView(
    decimal Price, decimal Utilisation, decimal Throughput, decimal Weighting, decimal Mix, decimal ClassMix, decimal LengthMix, decimal Cache,
    decimal Unexplained, decimal Sum, VarianceEffectsView? PerMillionTokens)
{
    private const decimal Million = 1_000_000m;

    internal static VarianceEffectsView? Of(UnitCostCell cell)
    {
        if (cell.Targets is not { HasEffects: true } sums) return null;
        return By(sums, amount => amount, sums.ComparedTokens == 0 ? null : By(sums, amount => UnitCostCell.Figure(amount * Million / sums.ComparedTokens), null));
    }

    private static VarianceEffectsView By(TargetSums sums, Func<decimal, decimal> figure, VarianceEffectsView? perMillion) => new(
        figure(sums.Of(VarianceEffect.Price)), figure(sums.Of(VarianceEffect.Utilisation)), figure(sums.Of(VarianceEffect.Throughput)),
        figure(sums.Of(VarianceEffect.Weighting)), figure(sums.Of(VarianceEffect.ClassMix) + sums.Of(VarianceEffect.LengthMix)),
        figure(sums.Of(VarianceEffect.ClassMix)), figure(sums.Of(VarianceEffect.LengthMix)), figure(sums.Of(VarianceEffect.Cache)),
        figure(sums.Of(VarianceEffect.Unexplained)), figure(sums.Gap), perMillion);
}
