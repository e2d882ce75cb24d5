using System.Globalization;
using System.Text.Json;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Alerts;
using FinOps.Platform.Budgets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Tests.Alerts;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>A host whose webhooks may go to loopback, and a receiver there. Each test uses a tenant of its own.</summary>
public class AlertingHost : RunningHost, IAsyncLifetime
{
    /// <summary>One output token of it costs 1 USD.</summary>
    public const string Model = "dollar-a-token";

    public static readonly Viewer Operator = new("test", ViewerRole.Operator, null, true);

    public WebhookReceiver Receiver { get; private set; } = null!;

    public MailServer Mail { get; } = new();

    protected override void Configure(WebApplicationBuilder builder)
    {
        // Names of the world outside are somewhere public; nobody asks the network for them.
        builder.Services.AddSingleton<ResolveHost>((host, cancellation) => System.Net.IPAddress.TryParse(host, out _) || host == "localhost"
            ? EgressGuard.ResolveAsync(host, cancellation)
            : Task.FromResult<System.Net.IPAddress[]>([System.Net.IPAddress.Parse("8.8.8.8")]));
        builder.Configuration.AddInMemoryCollection(Settings());
    }

    private Dictionary<string, string?> Settings() => new()
    {
        // Many writers at once share few connections, as they must in production.
        ["ConnectionStrings:postgres"] = new NpgsqlConnectionStringBuilder(ConnectionString) { MaxPoolSize = 20 }.ConnectionString,
        ["Alerts:AllowedNetworks"] = "127.0.0.0/8",
        ["Alerts:RetrySeconds"] = "0.1, 0.1",
        ["Graph:KeepAliveSeconds"] = "0.2",
        ["Alerts:Smtp:Host"] = "127.0.0.1",
        ["Alerts:Smtp:Port"] = Mail.Port.ToString(CultureInfo.InvariantCulture),
        ["Alerts:Smtp:From"] = "finops@example.com",
        ["Alerts:Smtp:Tls"] = "off",
        ["Alerts:PagerDutyUrl"] = Receiver.Url("pagerduty"),
        // What would betray a secret is looked for in the log.
        ["Logging:LogLevel:FinOps"] = "Debug",
    };

    public new async ValueTask InitializeAsync()
    {
        Receiver = await WebhookReceiver.StartAsync();
        await base.InitializeAsync();
        var card = new SetRateCard(Model, DateTimeOffset.UnixEpoch, "USD", [new SetRate("output", 1m, null)]).Decide(DateTimeOffset.UtcNow);
        await Services.GetRequiredService<RecordInBooks>()
            .AppendAsync([RateCardSet.Entry(card, isDated: true, DateTimeOffset.UtcNow, "test")], CancellationToken.None);
    }

    /// <summary>A monthly budget of 100 USD with the usual thresholds, unless told otherwise.</summary>
    public async Task<BudgetView> CreateAsync(string tenant, Action<CreateBudgetInput>? change = null)
    {
        var input = new CreateBudgetInput { Id = $"{tenant}-budget", Tenant = tenant, Amount = 100m, Currency = "USD" };
        change?.Invoke(input);
        return await BudgetMutations.CreateBudget(input, Operator, Services.GetRequiredService<BudgetDesk>(), CancellationToken.None);
    }

    /// <summary>One record through the ledger, as if a fleet had reported it.</summary>
    public async Task<string> SpendAsync(string tenant, long dollars, string? id = null, DateTimeOffset? at = null)
    {
        var record = $$"""
            {"tenant":"{{tenant}}","id":"{{id ?? Guid.NewGuid().ToString("n")}}","model":"{{Model}}","occurredAt":"{{at ?? DateTimeOffset.UtcNow:o}}",
             "quantities":{"output":{{dollars}} } }
            """;
        var backfill = at is null ? "" : "\"backfill\":\"past\",";
        var batch = $$"""{"schemaVersion":1,"batchId":"b","source":"s",{{backfill}}"records":[{{record}}]}""";
        using var content = new StringContent(batch, System.Text.Encoding.UTF8, "application/json");
        using var answer = await Client("fleet").PostAsync("/v1/usage", content);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        var receipt = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        return receipt.GetProperty("verdicts")[0].GetProperty("verdict").GetString()!;
    }

    /// <summary>Usage in the books of which nobody was told: what a process that died after its commit leaves behind.</summary>
    public async Task SpendSilentlyAsync(string tenant, long dollars)
    {
        var now = DateTimeOffset.UtcNow;
        await using var command = Database.CreateCommand(
            """
            with s as (insert into finops.series (tenant, model, fleet) values ($1, $2, '')
                       on conflict (tenant, model, fleet, rate_class, tags) do update set tenant = excluded.tenant returning id),
                 t as (insert into finops.ingestion_tally (tenant, lane, accepted, duplicates, conflicts, quarantined, last_commit_at)
                       values ($1, 0, 1, 0, 0, 0, now())
                       on conflict (tenant, lane) do update set accepted = ingestion_tally.accepted + 1)
            insert into finops.bucket (series, slot, recorded_hour, records, incomplete, failed, uncached_input, cache_read, cache_write, image,
                                       audio_input, output, reasoning, audio_output, requests, seconds)
            select id, $3, $4, 1, 0, 0, 0, 0, 0, 0, 0, $5, 0, 0, 0, 0 from s
            on conflict (series, slot, recorded_hour) do update set records = bucket.records + 1, output = bucket.output + excluded.output
            """);
        foreach (var value in (object[])[tenant, Model, QuarterHour.Holding(now).Index, QuarterHour.Holding(now).Hour, dollars])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Takes a key back while the host runs.</summary>
    public Task ForgetKeyAsync(string name) => File.WriteAllTextAsync(CredentialsFile, CredentialsOf(People.Where(p => p.Name != name)));

    public Task RestoreKeysAsync() => File.WriteAllTextAsync(CredentialsFile, CredentialsOf(People));

    /// <summary>Rows of an alert query, column by column in text.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join(" ", Enumerable.Range(0, reader.FieldCount).Select(i => FormattableString.Invariant($"{reader.GetValue(i)}"))));
        return rows;
    }

    /// <summary>Asks until the answer is there; the wait has an end, the time it takes is not asserted.</summary>
    public Task<IReadOnlyList<string>> EventuallyAsync(Func<IReadOnlyList<string>, bool> isThere, string sql, params object[] values) =>
        Eventually.SeeAsync(() => RowsAsync(sql, values), isThere);

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
        await Mail.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
