namespace FinOps.Platform.Tests.Faults;

/// <summary>How often a fault is repeated: a few times in every run, the full number with <c>FINOPS_FAULTS=full</c>.</summary>
internal static class FaultRounds
{
    public static int Of(int few, int full) => Environment.GetEnvironmentVariable("FINOPS_FAULTS") == "full" ? full : few;
}
