using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace FinOps.Chaos.Platform;

/// <summary>
/// One process that serves, and its supervisor: whenever it ends it is started again on the same ports, as an init system would.
/// </summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private readonly CancellationTokenSource ended = new();
    private readonly string name;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly int[] ports = FreePorts(3);
    private readonly StreamWriter log;
    private readonly Task supervision;
    private volatile Process process;
    private int awaitedEnds;

    public RoleProcess(string name, string roles, string mode, string logs, IReadOnlyDictionary<string, string> settings)
    {
        this.name = name;
        this.settings = new Dictionary<string, string>(settings)
        {
            ["FINOPS_ROLES"] = roles,
            ["ASPNETCORE_URLS"] = Url.ToString(),
            ["Cluster__Mode"] = mode,
            ["Cluster__Address"] = "127.0.0.1",
            ["Cluster__SiloPort"] = Port(1),
            ["Cluster__GatewayPort"] = Port(2),
        };
        log = new StreamWriter(Path.Combine(logs, $"{name}.log"), append: true) { AutoFlush = true };
        process = Start();
        supervision = SuperviseAsync();
    }

    public string Name => name;

    public Uri Url => new($"http://127.0.0.1:{Port(0)}/");

    public int Id => process.Id;

    /// <summary>How often it ended although nobody ended it, for example because its database was away when it started.</summary>
    public int EndsOfItsOwn { get; private set; }

    /// <param name="signal"><c>KILL</c>, <c>TERM</c> to let it finish, <c>STOP</c> and <c>CONT</c> to freeze and wake it.</param>
    public async Task SignalAsync(string signal)
    {
        var target = process;
        if (signal is "KILL" or "TERM") Interlocked.Increment(ref awaitedEnds);
        using var kill = Process.Start("kill", [$"-{signal}", target.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        if (signal is "KILL" or "TERM") await target.WaitForExitAsync();
    }

    public async Task<bool> IsReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var answer = await http.GetAsync("health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Resident memory, in megabytes; 0 between two lives.</summary>
    public double Megabytes()
    {
        try
        {
            using var now = Process.GetProcessById(process.Id);
            return now.WorkingSet64 / 1e6;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        if (!process.HasExited) process.Kill();
        await supervision;
        process.Dispose();
        await log.DisposeAsync();
        ended.Dispose();
    }

    internal static int[] FreePorts(int count)
    {
        var found = new HashSet<int>();
        while (found.Count < count)
        {
            // Below the ports that the kernel gives to outgoing connections: they are still free when the process starts again.
            var port = Random.Shared.Next(10_000, 20_000);
            using var listener = new TcpListener(System.Net.IPAddress.Loopback, port);
            try
            {
                listener.Start();
                found.Add(port);
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody else's.
            }
        }

        return [.. found];
    }

    private string Port(int number) => ports[number].ToString(CultureInfo.InvariantCulture);

    private async Task SuperviseAsync()
    {
        while (true)
        {
            await process.WaitForExitAsync();
            if (ended.IsCancellationRequested) return;
            if (Interlocked.Decrement(ref awaitedEnds) < 0)
            {
                Interlocked.Increment(ref awaitedEnds);
                EndsOfItsOwn++;
            }

            process = Start();
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(HostExecutable.Address, "serve") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (variable, value) in settings) start.Environment[variable] = value;
        var started = Process.Start(start)!;
        started.OutputDataReceived += (_, line) => Write(line.Data);
        started.ErrorDataReceived += (_, line) => Write(line.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    private void Write(string? line)
    {
        if (line is null || ended.IsCancellationRequested) return;
        lock (log) log.WriteLine(line);
    }
}
