namespace FinOps.Chaos.Platform;

/// <summary>The checkout that this was built from, and what lies beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <returns>The recorded trace of that name, or null where the machine has none.</returns>
    public static string? Trace(string name)
    {
        var shared = Environment.GetEnvironmentVariable("FINOPS_SHARED") is { Length: > 0 } given ? given : Path.Combine(Root, "..", "shared");
        var file = Path.Combine(shared, "data", "traces", name);
        return File.Exists(file) ? file : null;
    }

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "FinOps.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This is not inside a checkout of FinOps."));
}
