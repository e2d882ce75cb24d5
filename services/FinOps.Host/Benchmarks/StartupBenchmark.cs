using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace FinOps.Host.Benchmarks;

/// <summary>From the start of the process until it is ready, and what it then holds in memory, beside a web server that does nothing.</summary>
internal static class StartupBenchmark
{
    /// <summary>The hidden verb that runs the baseline.</summary>
    public const string EmptyHost = "empty-host";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<Measurement>> MeasureAsync(CancellationToken cancellation)
    {
        // Each once before it counts: the first start reads the binaries from the disk.
        var runs = new List<(double Seconds, double Megabytes)[]>();
        for (var round = 0; round < 4; round++)
        {
            var empty = await RunAsync(["bench", EmptyHost], "/health/ready", cancellation);
            var whole = await RunAsync(["serve"], "/health/ready", cancellation);
            if (round > 0) runs.Add([whole, empty]);
        }

        const string how = "median of 3 starts after one that does not count; baseline: a web server of the same build that does nothing else";
        return
        [
            Measurement.Of("startup", Median(runs, r => r[0].Seconds), "s until ready", Median(runs, r => r[1].Seconds), how),
            Measurement.Of("startup-memory", Median(runs, r => r[0].Megabytes), "MB resident when ready", Median(runs, r => r[1].Megabytes), how),
        ];
    }

    private static double Median(List<(double Seconds, double Megabytes)[]> runs, Func<(double Seconds, double Megabytes)[], double> figure) =>
        runs.Select(figure).Order().ElementAt(runs.Count / 2);

    private static async Task<(double Seconds, double Megabytes)> RunAsync(string[] verb, string path, CancellationToken cancellation)
    {
        var ports = LoopbackPorts.Free(3);
        var start = new ProcessStartInfo(Environment.ProcessPath!, verb) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ports[0]}";
        start.Environment["Cluster__SiloPort"] = ports[1].ToString(CultureInfo.InvariantCulture);
        start.Environment["Cluster__GatewayPort"] = ports[2].ToString(CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        var lines = new List<string>();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[0]}") };
            while (!await IsReadyAsync(http, path, cancellation))
            {
                if (process.HasExited || clock.Elapsed > Patience)
                    throw new InvalidOperationException($"`{string.Join(' ', verb)}` did not become ready: {string.Join('\n', lines.TakeLast(5))}");
                await Task.Delay(5, cancellation);
            }

            var seconds = clock.Elapsed.TotalSeconds;
            process.Refresh();
            return (seconds, process.WorkingSet64 / 1e6);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        void Keep(string? line)
        {
            lock (lines) lines.Add(line ?? "");
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, string path, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(path, cancellation);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Nobody listens yet.
            return false;
        }
    }
}
