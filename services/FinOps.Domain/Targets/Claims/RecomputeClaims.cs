using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What the model gives for each claim, by its number. A claim without a formula is external.</summary>
public static class RecomputeClaims
{
    private static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas =
        new[]
        {
            ClaimsOnPrices.Formulas, ClaimsOnChips.Formulas, ClaimsOnBatches.Formulas, ClaimsOnFormats.Formulas,
            ClaimsOnServing.Formulas, ClaimsOnPlaces.Formulas, ClaimsOnCases.Formulas,
        }.SelectMany(f => f).ToDictionary();

    public static JudgedClaim Of(Claim claim, TargetFacts facts, PriceBook prices) =>
        JudgeClaim.Of(claim, Formulas.TryGetValue(claim.Number, out var formula) ? [.. formula(new ClaimCase(claim, facts, prices))] : []);
}
