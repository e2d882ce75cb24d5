namespace FinOps.Domain.Targets.Claims;

/// <summary>What becomes of a claim.</summary>
public enum Verdict
{
    /// <summary>The model gives about the same.</summary>
    Ok,

    /// <summary>Only under a condition, which is named.</summary>
    Cond,

    /// <summary>Arithmetic or physics gives something else.</summary>
    Bad,

    /// <summary>A figure of somebody's business, which no physics gives.</summary>
    Ext,
}

/// <summary>A number of a claim beside the model's.</summary>
/// <param name="Point">As claimed.</param>
/// <param name="Model">What the model gives; null where it gives nothing.</param>
/// <param name="Verdict">Of this number alone.</param>
public sealed record JudgedPoint(ClaimPoint Point, ClaimFigure? Model, Verdict Verdict)
{
    /// <summary>Claimed over modelled, by their middles; null where the model gives nothing, or zero.</summary>
    public double? Ratio => Model is { } m && m.Low + m.High != 0 ? Point.Middle / ((m.Low + m.High) / 2) : null;
}

/// <summary>A claim with what the model gives.</summary>
/// <param name="Claim">As it was said.</param>
/// <param name="Points">Its numbers.</param>
/// <param name="Besides">Figures that explain.</param>
public sealed record JudgedClaim(Claim Claim, IReadOnlyList<JudgedPoint> Points, IReadOnlyList<ClaimFigure> Besides)
{
    /// <summary>The worst of its numbers: contradicted, else true under a condition, else true; external where the model gives none of them.</summary>
    public Verdict Verdict =>
        Points.Any(p => p.Verdict == Verdict.Bad) ? Verdict.Bad
        : Points.Any(p => p.Verdict == Verdict.Cond) ? Verdict.Cond
        : Points.Any(p => p.Verdict == Verdict.Ok) ? Verdict.Ok
        : Verdict.Ext;
}

/// <summary>Compares what was claimed with what the model gives. Verdicts follow from the numbers and the tolerance, nothing else.</summary>
public static class JudgeClaim
{
    /// <param name="claim">With its numbers.</param>
    /// <param name="figures">Of the model, by the names of the points; others explain.</param>
    public static JudgedClaim Of(Claim claim, IReadOnlyList<ClaimFigure> figures)
    {
        var points = claim.Points.Select(p => figures.FirstOrDefault(f => f.Name == p.Name) is { } model
            ? new JudgedPoint(p, model, !Agrees(p, model) ? Verdict.Bad : p.OnlyIf is null ? Verdict.Ok : Verdict.Cond)
            : new JudgedPoint(p, null, Verdict.Ext)).ToList();
        return new JudgedClaim(claim, points, [.. figures.Where(f => claim.Points.All(p => p.Name != f.Name))]);
    }

    private static bool Agrees(ClaimPoint point, ClaimFigure model)
    {
        // Of a saving, what is left is compared; the larger saving leaves less.
        var isSaving = point.Unit == ClaimPoint.Saving;
        var (claimLow, claimHigh) = isSaving ? (1 - point.High, 1 - point.Low) : (point.Low, point.High);
        var (low, high) = isSaving ? (1 - model.High, 1 - model.Low) : (model.Low, model.High);
        var relation = isSaving && point.Relation != ClaimRelation.About
            ? point.Relation == ClaimRelation.AtLeast ? ClaimRelation.AtMost : ClaimRelation.AtLeast
            : point.Relation;
        return relation switch
        {
            ClaimRelation.AtLeast => high * (1 + point.Within) >= claimLow,
            ClaimRelation.AtMost => low <= claimHigh * (1 + point.Within),
            _ => high * (1 + point.Within) >= claimLow && low <= claimHigh * (1 + point.Within),
        };
    }
}
