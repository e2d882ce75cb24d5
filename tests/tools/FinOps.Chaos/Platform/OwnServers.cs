using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace FinOps.Chaos.Platform;

/// <summary>
/// A PostgreSQL and a RabbitMQ that only this run knows, started by <c>infra/up --servers-only</c> in a home of their own. Only what was
/// started there is ever killed: a process counts when its start time is the one that <c>infra/up</c> wrote down.
/// </summary>
internal sealed class OwnServers : IAsyncDisposable
{
    private readonly string home;
    private JsonElement endpoints;

    private OwnServers(string home) => this.home = home;

    /// <summary>The folder that holds data, logs and keys; gone afterwards.</summary>
    public string Home => home;

    public string Postgres => endpoints.GetProperty("postgres").GetString()!;

    public Uri Broker => new(endpoints.GetProperty("amqp").GetString()!);

    private Uri Management => new(endpoints.GetProperty("rabbitmqManagement").GetString()!);

    /// <param name="home">An empty folder; null for a new one.</param>
    public static async Task<OwnServers> StartAsync(string? home = null)
    {
        var servers = new OwnServers(home ?? NewHome());
        try
        {
            await servers.StartAgainAsync();
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts what does not run; returns when both are healthy, on the addresses that they had.</summary>
    public async Task StartAgainAsync()
    {
        await InfraAsync("up", "--servers-only");
        endpoints = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(home, "endpoints.json")));
    }

    /// <summary>kill -9, in the middle of whatever it does.</summary>
    public void Kill(Server server)
    {
        var name = server == Server.Postgres ? "postgres" : "rabbitmq";
        var id = int.Parse(File.ReadAllText(Path.Combine(home, $"{name}.pid")), CultureInfo.InvariantCulture);
        var known = File.ReadAllText(Path.Combine(home, "run", $"{name}.identity")).Trim();
        if (Identity(id) != known) throw new InvalidOperationException($"Process {id} is not the {name} that was started in {home}.");
        using var process = Process.GetProcessById(id);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Messages in the queue of usage, those under way included.</summary>
    public async Task<long> QueuedAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Management.GetLeftPart(UriPartial.Authority)) };
        var user = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(Management.UserInfo));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(user));
        var queue = await http.GetFromJsonAsync<JsonElement>("/api/queues/%2F/finops-usage");
        return queue.TryGetProperty("messages", out var messages) ? messages.GetInt64() : long.MaxValue;
    }

    public async ValueTask DisposeAsync() => await InfraAsync("down", "--purge");

    /// <summary>Below the test run's home, where there is one, so that it goes with the run even if the run is killed.</summary>
    private static string NewHome() => Environment.GetEnvironmentVariable("FINOPS_TEST_HOMES") is { Length: > 0 } homes
        ? Directory.CreateDirectory(Path.Combine(homes, Guid.NewGuid().ToString("N")[..8])).FullName
        : Directory.CreateTempSubdirectory("finops-chaos-").FullName;

    private async Task InfraAsync(params string[] command)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "infra", command[0]), command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FINOPS_HOME"] = home;
        start.Environment.Remove("ConnectionStrings__postgres");
        start.Environment.Remove("ConnectionStrings__rabbitmq");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"infra/{command[0]} failed: {await errors}{await output}");
    }

    /// <summary>Start time and boot, as infra/lib/process.sh writes them: a process id alone may be somebody else's by now.</summary>
    private static string Identity(int id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return $"{fields[19]} {File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}";
    }
}
