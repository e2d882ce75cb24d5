using System.Diagnostics;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using FinOps.Platform.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Host.Benchmarks;

/// <summary>What one would write without us: a web server that inserts and commits each record by itself.</summary>
internal sealed class InsertHost(Process process, Uri url) : IAsyncDisposable
{
    /// <summary>The hidden verb that runs it.</summary>
    public const string Verb = "insert-host";

    private static readonly byte[] Granted = "{\"verdict\":\"granted\"}"u8.ToArray();

    private static readonly byte[] Accepted = "{\"verdict\":\"accepted\"}"u8.ToArray();

    // As many as the clients that are measured, and well below what the server allows beside a host.
    private const int Connections = 64;

    public Uri Url { get; } = url;

    public int ProcessId => process.Id;

    public static async Task<InsertHost> StartAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var url = new Uri($"http://127.0.0.1:{LoopbackPorts.Free(1)[0]}");
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["bench", Verb]);
        start.Environment["ASPNETCORE_URLS"] = url.ToString();
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment.Remove(LeanClients.InlineCompletions);
        var host = new InsertHost(Process.Start(start) ?? throw new InvalidOperationException("The baseline did not start."), url);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        using var http = new HttpClient { BaseAddress = url };
        while (!await IsReadyAsync(http, limit.Token)) await Task.Delay(20, limit.Token);
        return host;
    }

    /// <summary>Serves until it is stopped.</summary>
    public static async Task RunAsync(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(builder.Configuration.RequiredConnectionString("postgres")) { MaxPoolSize = Connections }.ConnectionString);
        await using (var create = database.CreateCommand(
            """
            drop table if exists finops.bench_insert;
            create table finops.bench_insert (
              tenant text not null, source text not null, id text not null, model text not null, fleet text not null, occurred_at timestamptz not null,
              input bigint not null, output bigint not null, primary key (tenant, source, id))
            """)) await create.ExecuteNonQueryAsync(cancellation);
        var app = builder.Build();
        app.MapGet("/health/ready", () => "Healthy");
        // The same without the database: what web server and clients cost by themselves, and so the most that any store could reach.
        app.MapPost("/nothing", async (HttpRequest request, CancellationToken stopping) =>
        {
            await JsonSerializer.DeserializeAsync(request.Body, UsageJson.Default.UsageReported, stopping);
            return Results.Bytes(Accepted, "application/json");
        });
        app.MapPost("/insert", async (HttpRequest request, CancellationToken stopping) =>
        {
            var batch = await JsonSerializer.DeserializeAsync(request.Body, UsageJson.Default.UsageReported, stopping);
            var record = batch!.Records[0];
            await using var insert = database.CreateCommand("insert into finops.bench_insert values ($1, $2, $3, $4, $5, $6, $7, $8)");
            foreach (var text in (string?[])[record.Tenant, record.Source, record.Id, record.Model, record.Fleet]) insert.Parameters.Add(new() { Value = text });
            insert.Parameters.Add(new() { Value = record.OccurredAt, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            insert.Parameters.Add(new() { Value = record.Quantities[UnitClasses.UncachedInput]!.Value });
            insert.Parameters.Add(new() { Value = record.Quantities[UnitClasses.Output]!.Value });
            await insert.ExecuteNonQueryAsync(stopping);
            return Results.Bytes(Accepted, "application/json");
        });
        // A reservation without us: one committed UPDATE of the budget's row, which knows no key, expiry or books.
        app.MapPost("/reserve", async (HttpRequest request, CancellationToken stopping) =>
        {
            var order = await JsonSerializer.DeserializeAsync<ReserveOrder>(request.Body, JsonSerializerOptions.Web, stopping);
            await using var update = database.CreateCommand("update finops.bench_reserved set reserved = reserved + $2 where id = $1 and reserved + $2 <= amount");
            update.Parameters.Add(new() { Value = order!.Budget });
            update.Parameters.Add(new() { Value = decimal.Parse(order.Amount, System.Globalization.CultureInfo.InvariantCulture) });
            return await update.ExecuteNonQueryAsync(stopping) == 1 ? Results.Bytes(Granted, "application/json") : Results.Conflict();
        });
        await app.RunAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private sealed record ReserveOrder(string Budget, string Key, string Amount, int TtlSeconds);

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync("/health/ready", cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Nobody listens yet.
            return false;
        }
    }
}
