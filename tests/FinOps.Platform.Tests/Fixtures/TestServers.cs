using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>The PostgreSQL and RabbitMQ that the test run was given. Each test class makes its own database and its own virtual host there.</summary>
public static class TestServers
{
    public static string Postgres => Required("FINOPS_TEST_POSTGRES");

    public static Uri RabbitMq => new(Required("FINOPS_TEST_RABBITMQ"));

    public static Uri RabbitMqManagement => new(Required("FINOPS_TEST_RABBITMQ_MANAGEMENT"));

    /// <returns>The connection string of a new, empty database.</returns>
    public static async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await OnServerAsync($"create database {name}");
        return new NpgsqlConnectionStringBuilder(Postgres) { Database = name }.ConnectionString;
    }

    public static Task DropDatabaseAsync(string connectionString) =>
        OnServerAsync($"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");

    /// <returns>The AMQP address of a new, empty virtual host.</returns>
    public static async Task<Uri> CreateVirtualHostAsync()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var management = Management();
        (await management.PutAsync($"api/vhosts/{name}", new StringContent("{}", Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        var everything = new { configure = ".*", write = ".*", read = ".*" };
        var users = await management.GetFromJsonAsync<List<BrokerUser>>("api/users") ?? [];
        foreach (var user in users)
            (await management.PutAsJsonAsync($"api/permissions/{name}/{user.Name}", everything)).EnsureSuccessStatusCode();
        return new UriBuilder(RabbitMq) { Path = name }.Uri;
    }

    public static async Task DeleteVirtualHostAsync(Uri address)
    {
        using var management = Management();
        (await management.DeleteAsync($"api/vhosts/{address.AbsolutePath.Trim('/')}")).EnsureSuccessStatusCode();
    }

    /// <returns>The virtual host's address for a new user of the broker, who may do anything there and is nobody special.</returns>
    public static async Task<Uri> CreateBrokerUserAsync(Uri address)
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var management = Management();
        (await management.PutAsJsonAsync($"api/users/{name}", new { password = name, tags = "" })).EnsureSuccessStatusCode();
        (await management.PutAsJsonAsync($"api/permissions/{address.AbsolutePath.Trim('/')}/{name}", new { configure = ".*", write = ".*", read = ".*" }))
            .EnsureSuccessStatusCode();
        return new UriBuilder(address) { UserName = name, Password = name }.Uri;
    }

    public static async Task DeleteBrokerUserAsync(Uri address)
    {
        using var management = Management();
        (await management.DeleteAsync($"api/users/{new UriBuilder(address).UserName}")).EnsureSuccessStatusCode();
    }

    /// <summary>Sets a policy for the queues whose name matches.</summary>
    public static async Task SetPolicyAsync(Uri address, string pattern, object definition)
    {
        using var management = Management();
        var policy = new Dictionary<string, object> { ["pattern"] = pattern, ["definition"] = definition, ["apply-to"] = "queues" };
        (await management.PutAsJsonAsync($"api/policies/{address.AbsolutePath.Trim('/')}/{pattern.Trim('^', '$')}", policy)).EnsureSuccessStatusCode();
    }

    /// <summary>Closes those connections of a virtual host whose name, as the client gave it, is as asked.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> CloseConnectionsAsync(Uri address, Func<string?, bool> named)
    {
        using var management = Management();
        var all = await management.GetFromJsonAsync<List<System.Text.Json.JsonElement>>($"api/vhosts/{address.AbsolutePath.Trim('/')}/connections") ?? [];
        var closed = 0;
        foreach (var one in all)
        {
            var name = one.TryGetProperty("client_properties", out var client) && client.TryGetProperty("connection_name", out var given) ? given.GetString() : null;
            if (!named(name)) continue;
            using var answer = await management.DeleteAsync($"api/connections/{Uri.EscapeDataString(one.GetProperty("name").GetString()!)}");
            if (answer.IsSuccessStatusCode) closed++;
        }

        return closed;
    }

    /// <summary>Lets our own user into a virtual host, or keeps it out.</summary>
    public static async Task PermitAsync(Uri address, bool permitted)
    {
        using var management = Management();
        var path = $"api/permissions/{address.AbsolutePath.Trim('/')}/{new UriBuilder(address).UserName}";
        using var answer = permitted
            ? await management.PutAsJsonAsync(path, new { configure = ".*", write = ".*", read = ".*" })
            : await management.DeleteAsync(path);
        answer.EnsureSuccessStatusCode();
    }

    /// <returns>What the broker has of a kind: <c>exchanges</c>, <c>queues</c>, <c>bindings</c>.</returns>
    public static async Task<IReadOnlyList<System.Text.Json.JsonElement>> ListAsync(Uri address, string kind)
    {
        using var management = Management();
        return await management.GetFromJsonAsync<List<System.Text.Json.JsonElement>>($"api/{kind}/{address.AbsolutePath.Trim('/')}") ?? [];
    }

    /// <returns>The queues of a virtual host, as the broker describes them.</returns>
    public static async Task<IReadOnlyList<QueueDeclared>> QueuesAsync(Uri address)
    {
        using var management = Management();
        return await management.GetFromJsonAsync<List<QueueDeclared>>($"api/queues/{address.AbsolutePath.Trim('/')}") ?? [];
    }

    /// <summary>
    /// Free at this moment, each another, and below the range from which the kernel takes ports for outgoing connections: a host that stops
    /// finds its ports free when it starts again.
    /// </summary>
    public static int[] FreePorts(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            var port = Random.Shared.Next(10_000, 20_000);
            // One that waits for its host to start (again) is free to look at and not to have.
            if (GivenOut.TryAdd(port, 0) && IsFree(port)) ports.Add(port);
        }

        return [.. ports];
    }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, byte> GivenOut = new();

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Postgres) { Database = "postgres", Pooling = false });
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static HttpClient Management()
    {
        var address = RabbitMqManagement;
        var client = new HttpClient { BaseAddress = new Uri(address.GetLeftPart(UriPartial.Scheme) + address.Authority + "/"), Timeout = Eventually.Patience };
        var user = Uri.UnescapeDataString(address.UserInfo);
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        return client;
    }

    private static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{variable} is not set: run the tests with `infra/test`, which starts PostgreSQL and RabbitMQ.");

    private sealed record BrokerUser(string Name);
}

/// <summary>A queue as the broker describes it.</summary>
public sealed record QueueDeclared(string Name, bool Durable, Dictionary<string, System.Text.Json.JsonElement> Arguments)
{
    public string? Argument(string name) => Arguments.TryGetValue(name, out var value) ? value.ToString() : null;
}
