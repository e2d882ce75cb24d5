using System.CommandLine;

namespace FinOps.Host.Commands.Targets;

/// <summary>What tokens should cost: set in the books, or made from physics.</summary>
internal static class TargetsCommand
{
    public static Command Command()
    {
        var targets = Apply.Targets();
        targets.Add(EstimateCommand.Command());
        targets.Add(SweepCommand.Command());
        targets.Add(ValidateTargets.Command());
        targets.Add(CalibrateTargets.Command());
        targets.Add(FitTargets.Command());
        targets.Add(TargetsFacts.Command());
        targets.Add(TargetsClaims.Command());
        targets.Add(TargetsScenario.Command());
        return targets;
    }
}
