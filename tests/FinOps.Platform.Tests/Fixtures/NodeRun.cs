using System.Diagnostics;

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>One run of node or npm to its end.</summary>
public sealed record NodeRun(int ExitCode, string Output, string Error)
{
    /// <returns>Null when there is no such program here.</returns>
    public static async Task<NodeRun?> OfAsync(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return new NodeRun(process.ExitCode, await output, await error);
        }
    }
}
