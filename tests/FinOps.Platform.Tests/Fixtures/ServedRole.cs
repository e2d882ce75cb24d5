using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>Where a process serves, and as what: started again on the same place, it has the same ports.</summary>
/// <param name="Roles">FINOPS_ROLES.</param>
/// <param name="Mode">Cluster__Mode.</param>
internal sealed record ServedPlace(string Roles, string Mode)
{
    private readonly int[] ports = TestServers.FreePorts(3);

    public Uri Url => new($"http://127.0.0.1:{ports[0]}");

    public Dictionary<string, string> Settings => new()
    {
        ["FINOPS_ROLES"] = Roles,
        ["ASPNETCORE_URLS"] = Url.ToString(),
        ["Cluster__Mode"] = Mode,
        ["Cluster__Address"] = "127.0.0.1",
        ["Cluster__SiloPort"] = ports[1].ToString(CultureInfo.InvariantCulture),
        ["Cluster__GatewayPort"] = ports[2].ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>One life of a process that serves.</summary>
internal sealed class ServedRole
{
    private readonly StringBuilder errors = new();

    public ServedRole(Process process, ServedPlace place)
    {
        (Process, Place) = (process, place);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors) errors.AppendLine(line.Data);
            HostsLog.Write($"{place.Roles} {process.Id}", line.Data);
        };
        process.OutputDataReceived += (_, line) => HostsLog.Write($"{place.Roles} {process.Id}", line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public Process Process { get; }

    public ServedPlace Place { get; }

    /// <summary>What it wrote to its standard error.</summary>
    public string Errors
    {
        get
        {
            lock (errors) return errors.ToString();
        }
    }

    public Task ReadyAsync() => SeeReadyAsync(ready => ready);

    public Task NotReadyAsync() => SeeReadyAsync(ready => !ready);

    /// <param name="signal"><c>KILL</c>, or <c>TERM</c> to let it finish.</param>
    public async Task EndAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Process.Id}"]);
        await Process.WaitForExitAsync();
    }

    private async Task SeeReadyAsync(Func<bool, bool> isIt)
    {
        using var http = new HttpClient { BaseAddress = Place.Url, Timeout = Eventually.Patience };
        await Eventually.SeeAsync(
            async () =>
            {
                Assert.False(Process.HasExited, $"{Place.Roles} ended: {Errors}");
                try
                {
                    using var answer = await http.GetAsync("/health/ready");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }, isIt);
    }
}
