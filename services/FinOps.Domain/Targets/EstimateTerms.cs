using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>A request's names as facts, and what is wrong with its names and numbers, each looked at by itself. Facts are whole when nothing is.</summary>
internal sealed record EstimateTerms(Checks Checks, ModelArchitecture? Model, Accelerator? Accelerator, Precision? Precision, Efficiency? Efficiency)
{
    public static EstimateTerms Of(EstimateRequest asked, TargetFacts facts)
    {
        var checks = new Checks();
        var model = EstimateNames.Model(asked, facts, checks);
        var chip = EstimateNames.Accelerator(asked, facts, checks);
        var terms = new EstimateTerms(
            checks, model, chip, EstimateNames.Precision(asked, model, chip, checks), EstimateNames.Engine(asked, chip, facts, checks));
        EstimateNumbers.Check(asked, chip, checks);
        EstimateLayout.Check(asked, model, chip, checks);
        return terms;
    }
}
