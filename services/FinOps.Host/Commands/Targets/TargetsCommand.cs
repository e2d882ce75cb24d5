using System.CommandLine;

namespace FinOps.Host.Commands.Targets;

/// <summary>What tokens should cost: set in the books, or made from physics.</summary>
internal static class TargetsCommand
{
    public static Command Command()
    {
        var targets = Apply.Targets();
        targets.Add(EstimateTargets.Command());
        targets.Add(SweepTargets.Command());
        targets.Add(RefreshTargets.Command());
        targets.Add(ValidateTargets.Command());
        targets.Add(CalibrateTargets.Command());
        targets.Add(FitTargets.Command());
        targets.Add(ShowFacts.Command());
        targets.Add(ShowClaims.Command());
        targets.Add(RunScenario.Command());
        return targets;
    }
}
