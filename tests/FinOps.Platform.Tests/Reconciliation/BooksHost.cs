using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reconciliation;

/// <summary>A host with some usage of three tenants in its books: two months, several fleets, rate classes and tags, incomplete and failed records.</summary>
public sealed class BooksHost : RunningHost
{
    public const string Window = """{ from: "2026-02-01T00:00:00Z", to: "2026-04-01T00:00:00Z" }""";

    private static readonly DateTimeOffset Start = new(2026, 2, 20, 0, 0, 0, TimeSpan.Zero);

    private readonly LaterClock clock = new();

    private int next;

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(clock);

    /// <summary>Recorded in two hours, so that some quarter-hours have two rows.</summary>
    protected override async Task SeedAsync()
    {
        await UnscheduleAsync("check-ledger");
        await RecordAsync(400);
        clock.Later = TimeSpan.FromHours(2);
        await RecordAsync(400);
    }

    /// <summary>Records more, each once.</summary>
    public async Task RecordAsync(int records, string backfill = "books")
    {
        var random = new Random(next);
        foreach (var chunk in Enumerable.Range(0, records).Select(_ => Record(random, Interlocked.Increment(ref next))).Chunk(100))
        {
            using var response = await Client("fleet").PostAsJsonAsync(
                "/v1/usage", new { batchId = $"{next}", source = "s", backfill, records = chunk });
            response.EnsureSuccessStatusCode();
            var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.All(receipt.GetProperty("verdicts").EnumerateArray(), v => Assert.Equal("accepted", v.GetProperty("verdict").GetString()));
        }
    }

    /// <summary>A whole check of our own, though another may run at the moment.</summary>
    /// <param name="foldAgain">By default no more than what a check of large books would.</param>
    internal async Task<LedgerCheck> CheckAsync(long foldAgain = 0) =>
        (await Eventually.SeeAsync(() => Services.GetRequiredService<CheckLedger>().CheckAsync(CancellationToken.None, foldAgain), check => check is not null))!;

    public async Task<JsonElement> LedgerAsync(string where = Window)
    {
        const string difference = "kind tenant model fleet rateClass tags bucketStart unit expected found firstSeenAt lastSeenAt healedAt";
        var data = await DataAsync(
            $$"""
            { reconciliation(where: {{where}}) { ledger { checkedAt isBalanced eventsChecked recordsChecked
              differences { {{difference}} } healed { {{difference}} } } } }
            """, role: "finance");
        return data.GetProperty("reconciliation").GetProperty("ledger");
    }

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ValueAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan Later { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Later;
    }

    private static object Record(Random random, int id) => new
    {
        tenant = $"t{random.Next(3)}",
        id = $"{id}",
        model = $"m{random.Next(2)}",
        fleet = random.Next(3) == 0 ? null : $"f{random.Next(2)}",
        occurredAt = Start.AddMinutes(random.Next(16 * 24) * 60),
        status = random.Next(9) == 0 ? "failed" : "ok",
        quantities = new Dictionary<string, long?>
        {
            ["output"] = random.Next(1, 1_000),
            ["uncachedInput"] = random.NextInt64(random.Next(3) == 0 ? 100_000 : 1L << 39),
            ["cacheRead"] = random.Next(5) == 0 ? null : random.Next(100),
        },
        tags = random.Next(5) switch
        {
            0 => new Dictionary<string, string> { ["team"] = $"team {random.Next(2)}", ["api_key"] = $"{id}" },
            1 => new Dictionary<string, string> { ["service_tier"] = "batch", ["application"] = "chat", ["team"] = $"{Guid.NewGuid()}" },
            2 => new Dictionary<string, string> { ["api_key"] = $"{id}" },
            _ => null,
        },
    };
}
