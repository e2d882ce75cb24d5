namespace FinOps.Platform.Tests.Fixtures;

/// <summary>The files that the tests are built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "FinOps.sln")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
