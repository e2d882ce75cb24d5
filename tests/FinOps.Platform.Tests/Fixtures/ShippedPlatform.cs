using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>The shipped executable as processes of their own, on a database, a virtual host and keys of their own.</summary>
internal sealed class ShippedPlatform : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("finops-shipped-").FullName;
    private readonly List<Process> started = [];
    private string postgres = "";
    private Uri broker = new("amqp://unset");

    private static string Executable => Environment.GetEnvironmentVariable("FINOPS_TEST_HOST") is { Length: > 0 } built
        ? built
        : Path.Combine(AppContext.BaseDirectory, "FinOps.Host");

    public static async Task<ShippedPlatform> CreateAsync()
    {
        var platform = new ShippedPlatform();
        platform.postgres = await TestServers.CreateDatabaseAsync();
        platform.broker = await TestServers.CreateVirtualHostAsync();
        await platform.DoneAsync("keys", "init", "--directory", platform.folder, "--tenants", "acme");
        await platform.DoneAsync("schema", "apply");
        return platform;
    }

    /// <summary>A process that serves, ready or not.</summary>
    public ServedRole Serve(ServedPlace place) => ServeWith(place);

    /// <summary>A process that serves with more settings than its place has.</summary>
    public ServedRole ServeWith(ServedPlace place, params (string Name, string Value)[] more) =>
        new(Start(place.Settings.Concat(more.Select(m => KeyValuePair.Create(m.Name, m.Value))), "serve"), place);

    /// <summary>The virtual host's AMQP address.</summary>
    public Uri Broker => broker;

    public async Task<ServedRole> ServeReadyAsync(ServedPlace place)
    {
        var served = Serve(place);
        await served.ReadyAsync();
        return served;
    }

    /// <summary>A command; what it writes to its output is for the caller to read, its progress goes to the hosts' log.</summary>
    public Process Run(params string[] arguments)
    {
        var process = Start([], arguments);
        process.ErrorDataReceived += (_, line) => HostsLog.Write($"{arguments[0]} {process.Id}", line.Data);
        process.BeginErrorReadLine();
        return process;
    }

    public static async Task<(long Read, long Accepted, long Duplicates)> SummaryAsync(Process publisher)
    {
        var output = await publisher.StandardOutput.ReadToEndAsync();
        await publisher.WaitForExitAsync();
        Assert.Equal(0, publisher.ExitCode);
        var summary = JsonElement.Parse(output.Trim().Split('\n')[^1]);
        return (Number("read"), Number("accepted"), Number("duplicates"));

        long Number(string name) => summary.GetProperty(name).GetInt64();
    }

    /// <returns>A file of usage of March 2026, five tenants and three models, and the tokens in it.</returns>
    public async Task<(string File, long Tokens)> UsageFileAsync(int records)
    {
        var (lines, random, tokens) = (new StringBuilder(), new Random(3), 0L);
        for (var i = 0; i < records; i++)
        {
            var output = random.Next(1_000);
            tokens += output;
            lines.Append(JsonSerializer.Serialize(new
            {
                tenant = $"t{random.Next(5)}",
                id = $"{i}",
                source = "s",
                model = $"m{random.Next(3)}",
                fleet = "f1",
                occurredAt = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).AddSeconds(i * 7),
                quantities = new { output },
            })).Append('\n');
        }

        var file = Path.Combine(folder, "usage.jsonl");
        await File.WriteAllTextAsync(file, lines.ToString());
        return (file, tokens);
    }

    /// <returns>The records in the books, read past all processes.</returns>
    public Task<long> CountedAsync() => NumberAsync("select coalesce(sum(records), 0)::bigint from finops.bucket");

    /// <summary>Asks the database for one number.</summary>
    public async Task<long> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Asks the database for texts.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync()) texts.Add(reader.GetString(0));
        return texts;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <returns>Records and tokens of March 2026, as a process with the role api shows them.</returns>
    public async Task<(long Records, long Tokens)> ShownAsync(ServedPlace api)
    {
        var data = await AskAsync(
            api, """{ unitCost(where: { from: "2026-03-01T00:00Z", to: "2026-04-01T00:00Z" }) { total { records tokens { total } } } }""");
        var total = data.GetProperty("unitCost").GetProperty("total");
        return (total.GetProperty("records").GetInt64(), total.GetProperty("tokens").GetProperty("total").GetInt64());
    }

    /// <summary>Asks GraphQL with a key of <c>keys.json</c> and takes nothing but data.</summary>
    public async Task<JsonElement> AskAsync(ServedPlace api, string query, string key = "finance")
    {
        using var http = await ClientAsync(api, key);
        using var response = await http.PostAsJsonAsync("/graphql", new { query });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.False(answer.TryGetProperty("errors", out var errors), $"{errors}");
        return answer.GetProperty("data");
    }

    /// <summary>Whoever has a key of <c>keys.json</c>.</summary>
    public async Task<HttpClient> ClientAsync(ServedPlace place, string key)
    {
        var keys = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "keys.json")));
        var http = new HttpClient { BaseAddress = place.Url, Timeout = Eventually.Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", keys.GetProperty(key).GetString());
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        NpgsqlConnection.ClearAllPools();
        if (postgres.Length > 0) await TestServers.DropDatabaseAsync(postgres);
        if (broker.Host != "unset") await TestServers.DeleteVirtualHostAsync(broker);
        Directory.Delete(folder, recursive: true);
    }

    private async Task DoneAsync(params string[] arguments)
    {
        var process = Run(arguments);
        process.BeginOutputReadLine();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private Process Start(IEnumerable<KeyValuePair<string, string>> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["ConnectionStrings__postgres"] = postgres;
        start.Environment["ConnectionStrings__rabbitmq"] = broker.ToString();
        start.Environment["Credentials__File"] = Path.Combine(folder, "credentials.json");
        start.Environment["FINOPS_HOME"] = folder;
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var process = Process.Start(start)!;
        started.Add(process);
        return process;
    }
}
