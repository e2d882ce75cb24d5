using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace FinOps.Chaos.Platform;

/// <summary>Servers, keys, books and processes of one run, and the way to ask them.</summary>
internal sealed class OwnPlatform : IAsyncDisposable
{
    private readonly List<RoleProcess> processes = [];
    private readonly Dictionary<string, string> settings;
    private JsonElement keys;

    private OwnPlatform(OwnServers servers)
    {
        Servers = servers;
        settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__postgres"] = servers.Postgres,
            ["ConnectionStrings__rabbitmq"] = servers.Broker.ToString(),
            ["Credentials__File"] = Path.Combine(servers.Home, "credentials.json"),
            ["FINOPS_HOME"] = servers.Home,
            ["Logging__LogLevel__Default"] = "Warning",
        };
    }

    public OwnServers Servers { get; }

    public IReadOnlyList<RoleProcess> Processes => processes;

    public static async Task<OwnPlatform> StartAsync(string? home = null)
    {
        var platform = new OwnPlatform(await OwnServers.StartAsync(home));
        await HostExecutable.RunAsync(platform.settings, "keys", "init", "--directory", platform.Servers.Home);
        await HostExecutable.RunAsync(platform.settings, "schema", "apply");
        platform.keys = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(platform.Servers.Home, "keys.json")));
        return platform;
    }

    /// <summary>A supervised process; with roles of its own it finds the others through PostgreSQL.</summary>
    public RoleProcess Serve(string name, string roles, string mode = "postgres")
    {
        var process = new RoleProcess(name, roles, mode, Path.Combine(Servers.Home, "log"), settings);
        processes.Add(process);
        return process;
    }

    public string Key(string name) => keys.GetProperty(name).GetString()!;

    public Task ReadyAsync(CancellationToken stop) => Waiting.UntilAsync(
        async () =>
        {
            foreach (var process in processes)
            {
                if (!await process.IsReadyAsync()) return false;
            }

            return true;
        }, stop);

    /// <summary>Asks GraphQL of a process with the role api and takes nothing but data.</summary>
    public async Task<JsonElement> AskAsync(RoleProcess api, string query, object? variables = null)
    {
        using var http = new HttpClient { BaseAddress = api.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key("finance"));
        using var response = await http.PostAsJsonAsync("graphql", new { query, variables });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (answer.TryGetProperty("errors", out var errors)) throw new InvalidOperationException($"GraphQL answered {errors}");
        return answer.GetProperty("data");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
