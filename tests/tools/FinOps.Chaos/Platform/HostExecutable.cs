using System.Diagnostics;

namespace FinOps.Chaos.Platform;

/// <summary>The shipped executable.</summary>
internal static class HostExecutable
{
    public static string Address => Environment.GetEnvironmentVariable("FINOPS_TEST_HOST") is { Length: > 0 } built
        ? built
        : Path.Combine(AppContext.BaseDirectory, "FinOps.Host");

    /// <summary>Runs a command of it to its end.</summary>
    public static async Task RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(Address, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (variable, value) in settings) start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', arguments)} failed: {await errors}{await output}");
    }
}
