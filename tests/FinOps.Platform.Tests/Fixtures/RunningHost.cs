using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>
/// The production composition with all roles, on a port, a database and a virtual host of its own. Use it as a class fixture; derive from
/// it to change settings or services.
/// </summary>
public class RunningHost : IAsyncLifetime
{
    /// <summary>Who has a key here: by name, role, tenants, whether cost may be seen, and the broker's user.</summary>
    protected virtual IReadOnlyList<(string Name, string Role, string[]? Tenants, bool SeesCost, string? BrokerUser)> People =>
    [
        ("operator", "operator", null, true, "finops"),
        ("finance", "finance", null, true, null),
        ("fleet", "fleet", null, false, "fleet"),
        ("acme", "tenant", ["acme"], false, null),
        ("globex", "tenant", ["globex"], true, null),
    ];

    private readonly string directory = Directory.CreateTempSubdirectory("finops-test-").FullName;
    private readonly Dictionary<string, HttpClient> clients = [];
    private readonly int[] clusterPorts = TestServers.FreePorts(2);
    private WebApplication? app;

    /// <summary>The plain keys by name: <c>operator</c>, <c>finance</c>, <c>fleet</c>, <c>acme</c>, <c>globex</c>.</summary>
    public IReadOnlyDictionary<string, string> Keys => People.ToDictionary(p => p.Name, p => $"finops_test-key-of-{p.Name}");

    public string CredentialsFile => Path.Combine(directory, "credentials.json");

    public string ConnectionString { get; private set; } = "";

    /// <summary>The virtual host's AMQP address; each user of the broker may do anything there.</summary>
    public Uri Broker { get; private set; } = new("amqp://unset");

    public NpgsqlDataSource Database { get; private set; } = null!;

    public Uri Url { get; private set; } = new("http://unset");

    public WebApplication App => app ?? throw new InvalidOperationException("The host is not running.");

    public IServiceProvider Services => App.Services;

    /// <summary>Everything; a derived fixture may run less.</summary>
    protected virtual Roles Roles => Roles.All;

    /// <summary>Last word on configuration and services, before the host is built.</summary>
    protected virtual void Configure(WebApplicationBuilder builder)
    {
    }

    /// <summary>What lies in the database before the first test; the host runs already.</summary>
    protected virtual Task SeedAsync() => Task.CompletedTask;

    /// <summary>What a derived fixture has at the servers beside the database and the virtual host.</summary>
    protected virtual Task ForgetAsync() => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await TestServers.CreateDatabaseAsync();
        Broker = await TestServers.CreateVirtualHostAsync();
        Database = NpgsqlDataSource.Create(ConnectionString);
        await File.WriteAllTextAsync(CredentialsFile, CredentialsOf(People));
        await StartAsync();
        await SeedAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ForgetAsync();
        if (Database is not null) await Database.DisposeAsync();
        if (ConnectionString.Length > 0) await TestServers.DropDatabaseAsync(ConnectionString);
        if (Broker.Host != "unset") await TestServers.DeleteVirtualHostAsync(Broker);
        Directory.Delete(directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the host (again) on the same database and virtual host; the address may change.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:postgres"] = ConnectionString,
            ["ConnectionStrings:rabbitmq"] = Broker.ToString(),
            ["Credentials:File"] = CredentialsFile,
            ["Cluster:SiloPort"] = clusterPorts[0].ToString(CultureInfo.InvariantCulture),
            ["Cluster:GatewayPort"] = clusterPorts[1].ToString(CultureInfo.InvariantCulture),
            ["Urls"] = "http://127.0.0.1:0",
            ["Logging:LogLevel:Default"] = "Warning",
        });
        builder.Logging.ClearProviders().AddProvider(new HostsLog());
        Configure(builder);
        builder.AddFinOps(Roles);
        var starting = builder.Build();
        await starting.Services.GetRequiredService<SchemaScripts>().ApplyAsync(CancellationToken.None);
        starting.MapFinOps();
        await starting.StartAsync();
        app = starting;
        Url = new Uri(starting.Urls.Single());
        await ReadyAsync();
    }

    /// <summary>The bus connects after the start; ready says when.</summary>
    private async Task ReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Url, Timeout = Eventually.Patience };
        await Eventually.SeeAsync(
            async () =>
            {
                using var answer = await client.GetAsync("/health/ready");
                return answer.StatusCode;
            }, status => status == System.Net.HttpStatusCode.OK);
    }

    public async Task StopAsync()
    {
        foreach (var client in clients.Values) client.Dispose();
        clients.Clear();
        if (app is null) return;
        await app.StopAsync();
        await app.DisposeAsync();
        app = null;
    }

    /// <summary>From now on these jobs run only when a test runs them: one of the host's own at the wrong moment would do what a test wants to do or to see.</summary>
    protected async Task UnscheduleAsync(params string[] jobs)
    {
        foreach (var job in jobs) Services.GetRequiredService<IRecurringJobManager>().RemoveIfExists(job);
        // What the start has triggered comes to its end.
        var seen = Services.GetRequiredService<JobStorage>().GetMonitoringApi();
        await Eventually.SeeAsync(() => seen.GetStatistics() is { Enqueued: 0, Processing: 0 });
    }

    /// <param name="name">Whose key goes along (see <see cref="Keys"/>); null for none.</param>
    public HttpClient Client(string? name)
    {
        lock (clients)
        {
            if (clients.TryGetValue(name ?? "", out var client)) return client;
            client = new HttpClient { BaseAddress = Url, Timeout = Eventually.Patience };
            if (name is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys[name]);
            return clients[name ?? ""] = client;
        }
    }

    /// <summary>Asks GraphQL and takes any answer, errors too.</summary>
    /// <param name="query">The document.</param>
    /// <param name="variables">Serialised as they are.</param>
    /// <param name="role">Whose key.</param>
    public async Task<GraphAnswer> GraphAsync(string query, object? variables = null, string? role = "operator")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query, variables }) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/graphql-response+json"));
        using var response = await Client(role).SendAsync(request);
        return GraphAnswer.Of((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Asks GraphQL and takes nothing but data.</summary>
    public async Task<JsonElement> DataAsync(string query, object? variables = null, string? role = "operator")
    {
        var answer = await GraphAsync(query, variables, role);
        Assert.True(answer.Errors.Count == 0 && answer.Status == 200, $"HTTP {answer.Status}: {answer.Text}");
        return answer.Data!.Value;
    }

    protected string CredentialsOf(
        IEnumerable<(string Name, string Role, string[]? Tenants, bool SeesCost, string? BrokerUser)> people) => JsonSerializer.Serialize(people.Select(p => new
        {
            name = p.Name,
            role = p.Role,
            sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Keys[p.Name]))),
            tenants = p.Tenants,
            seesCost = p.SeesCost,
            brokerUser = p.BrokerUser,
        }));
}

/// <summary>What /graphql answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">The body, as it came.</param>
/// <param name="Data">Null where the answer holds no data.</param>
/// <param name="Errors">Empty where there are none.</param>
public sealed record GraphAnswer(int Status, string Text, JsonElement? Data, IReadOnlyList<GraphError> Errors)
{
    public static GraphAnswer Of(int status, string text)
    {
        JsonElement body;
        try
        {
            body = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return new GraphAnswer(status, text, null, []);
        }

        if (body.ValueKind != JsonValueKind.Object) return new GraphAnswer(status, text, null, []);
        var data = body.TryGetProperty("data", out var found) && found.ValueKind != JsonValueKind.Null ? found : (JsonElement?)null;
        var errors = body.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(GraphError.Of).ToList()
            : [];
        return new GraphAnswer(status, text, data, errors);
    }
}

/// <summary>One error of an answer.</summary>
public sealed record GraphError(string Message, string? Code, string? Field)
{
    internal static GraphError Of(JsonElement error) => new(error.GetProperty("message").GetString()!, Extension(error, "code"), Extension(error, "field"));

    private static string? Extension(JsonElement error, string name) =>
        error.TryGetProperty("extensions", out var extensions) && extensions.TryGetProperty(name, out var value) ? value.GetString() : null;
}
