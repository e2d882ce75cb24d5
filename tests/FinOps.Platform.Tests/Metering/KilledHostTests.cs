using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;
using Npgsql;

namespace FinOps.Platform.Tests.Metering;

/// <summary>The shipped executable as processes of its own: a host that is killed or stopped in the middle of a publish loses nothing and doubles nothing.</summary>
public sealed class KilledHostTests : IAsyncLifetime
{
    private const int Records = 30_000;

    private readonly string folder = Directory.CreateTempSubdirectory("finops-killed-").FullName;
    private readonly int[] ports = TestServers.FreePorts(3);
    private readonly List<Process> started = [];
    private string postgres = "";
    private Uri broker = new("amqp://unset");

    private static string Host => Environment.GetEnvironmentVariable("FINOPS_TEST_HOST") is { Length: > 0 } built
        ? built
        : Path.Combine(AppContext.BaseDirectory, "FinOps.Host");

    [Fact]
    public async Task Totals_are_exact_after_kills_and_a_stop_in_the_middle_of_a_publish_and_a_second_publish_of_the_same_file()
    {
        var (file, tokens) = await FileAsync();
        var host = await ServeAsync();
        var publisher = Start("publish", file, "--lanes", "4", "--batch", "50");
        foreach (var (share, signal) in new[] { (0.2, "KILL"), (0.4, "TERM"), (0.6, "KILL") })
        {
            await Eventually.SeeAsync(CountedAsync, counted => counted > Records * share);
            using var kill = Process.Start("kill", [$"-{signal}", $"{host.Id}"]);
            await host.WaitForExitAsync();
            host = await ServeAsync();
        }

        var first = await SummaryAsync(publisher);
        var second = await SummaryAsync(Start("publish", file));

        Assert.Equal((Records, Records), (first.Read, first.Accepted + first.Duplicates));
        Assert.Equal((Records, 0, Records), (second.Read, second.Accepted, second.Duplicates));
        Assert.Equal(Records, await CountedAsync());
        Assert.Equal((Records, tokens), await ShownAsync());
        Assert.Equal(0, await CountAsync("select count(*) from finops.dead_letter"));
    }

    public async ValueTask InitializeAsync()
    {
        postgres = await TestServers.CreateDatabaseAsync();
        broker = await TestServers.CreateVirtualHostAsync();
        var keys = Start("keys", "init", "--directory", folder, "--tenants", "acme");
        await keys.WaitForExitAsync();
        Assert.Equal(0, keys.ExitCode);
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

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Host, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["ConnectionStrings__postgres"] = postgres;
        start.Environment["ConnectionStrings__rabbitmq"] = broker.ToString();
        start.Environment["Credentials__File"] = Path.Combine(folder, "credentials.json");
        start.Environment["FINOPS_HOME"] = folder;
        start.Environment["Schema__Apply"] = "true";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ports[0]}";
        start.Environment["Cluster__SiloPort"] = ports[1].ToString(CultureInfo.InvariantCulture);
        start.Environment["Cluster__GatewayPort"] = ports[2].ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        started.Add(process);
        return process;
    }

    private async Task<Process> ServeAsync()
    {
        var process = Start("serve");
        process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[0]}") };
        await Eventually.SeeAsync(
            async () =>
            {
                Assert.False(process.HasExited, $"The host ended with {(process.HasExited ? process.ExitCode : 0)}.");
                try
                {
                    using var answer = await http.GetAsync("/health/ready");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }, ready => ready);
        return process;
    }

    private async Task<(string File, long Tokens)> FileAsync()
    {
        var (lines, random, tokens) = (new StringBuilder(), new Random(3), 0L);
        for (var i = 0; i < Records; i++)
        {
            var output = random.Next(1_000);
            tokens += output;
            var at = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).AddSeconds(i * 7);
            lines.Append(JsonSerializer.Serialize(new
            {
                tenant = $"t{random.Next(5)}",
                id = $"{i}",
                source = "s",
                model = $"m{random.Next(3)}",
                fleet = "f1",
                occurredAt = at,
                quantities = new { output },
            })).Append('\n');
        }

        var file = Path.Combine(folder, "usage.jsonl");
        await File.WriteAllTextAsync(file, lines.ToString());
        return (file, tokens);
    }

    private static async Task<(long Read, long Accepted, long Duplicates)> SummaryAsync(Process publisher)
    {
        var output = await publisher.StandardOutput.ReadToEndAsync();
        await publisher.WaitForExitAsync();
        Assert.Equal(0, publisher.ExitCode);
        var summary = JsonElement.Parse(output.Trim().Split('\n')[^1]);
        return (summary.GetProperty("read").GetInt64(), summary.GetProperty("accepted").GetInt64(), summary.GetProperty("duplicates").GetInt64());
    }

    private Task<long> CountedAsync() => CountAsync("select coalesce(sum(records), 0)::bigint from finops.bucket");

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<(long Records, long Tokens)> ShownAsync()
    {
        var keys = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "keys.json")));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[0]}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", keys.GetProperty("finance").GetString());
        using var response = await http.PostAsJsonAsync("/graphql", new
        {
            query = """{ unitCost(where: { from: "2026-03-01T00:00Z", to: "2026-04-01T00:00Z" }) { total { records tokens { total } } } }""",
        });
        var total = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").GetProperty("unitCost").GetProperty("total");
        return (total.GetProperty("records").GetInt64(), total.GetProperty("tokens").GetProperty("total").GetInt64());
    }
}
