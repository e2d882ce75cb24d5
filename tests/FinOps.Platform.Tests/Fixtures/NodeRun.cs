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
            // A registry that does not answer is none, and a program that never ends fails its test rather than the run.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(Eventually.Patience);
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return new NodeRun(-1, "", $"{program} did not end within {Eventually.Patience}.");
            }

            return new NodeRun(process.ExitCode, await output, await error);
        }
    }
}
