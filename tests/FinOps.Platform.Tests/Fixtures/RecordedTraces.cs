namespace FinOps.Platform.Tests.Fixtures;

/// <summary>Real traces with independently computed answers, where the machine has them; a test that needs one says skipped where not.</summary>
internal static class RecordedTraces
{
    public static string File(string name) => Shared(Path.Combine("traces", name));

    /// <summary>Other recorded data, by its path among them.</summary>
    public static string Shared(string path)
    {
        var shared = Environment.GetEnvironmentVariable("FINOPS_SHARED");
        Assert.SkipWhen(string.IsNullOrEmpty(shared) || !Directory.Exists(shared), "FINOPS_SHARED names no folder with the recorded traces.");
        return Path.Combine(shared!, "data", path);
    }
}
