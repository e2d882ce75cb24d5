using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Corrections;

/// <summary>The production host with a clock that can be put forward, and words for usage and its corrections.</summary>
public class CorrectedHost : RunningHost
{
    public const string Day = "2026-03-02";

    private readonly ForwardClock clock = new();

    /// <summary>Puts the clock forward to the start of the next hour of record time.</summary>
    /// <returns>That hour.</returns>
    public DateTimeOffset NextHour()
    {
        var now = clock.GetUtcNow();
        var next = new DateTimeOffset(now.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero).AddHours(1);
        clock.Ahead += next - now;
        return next;
    }

    public static object Report(
        string tenant, string id, long output = 1, string model = "m", string? fleet = "f1", string at = $"{Day}T10:00:00Z") => new
        {
            tenant,
            id,
            source = "s",
            model,
            fleet,
            occurredAt = at,
            quantities = new { output, uncachedInput = output * 3 },
        };

    /// <returns>Verdicts in order, a reason after a colon.</returns>
    public async Task<List<string>> PostAsync(string? backfill, params object[] records)
    {
        using var response = await Client("fleet").PostAsJsonAsync("/v1/usage", new { batchId = "b", source = "s", backfill, records });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
        return [.. receipt.GetProperty("verdicts").EnumerateArray().Select(v =>
            v.GetProperty("verdict").GetString() + (v.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String ? $":{reason}" : ""))];
    }

    /// <returns>The HTTP status.</returns>
    public async Task<int> TryPostAsync(string backfill, params object[] records)
    {
        using var response = await Client("fleet").PostAsJsonAsync("/v1/usage", new { batchId = "b", source = "s", backfill, records });
        return (int)response.StatusCode;
    }

    public async Task<JsonElement> VoidAsync(string tenant, string id, bool dryRun = false) => (await DataAsync(
        "mutation($i: VoidRecordInput!) { voidRecord(input: $i) { changed dryRun correctionId recordsBefore recordsAfter tokensBefore tokensAfter meters { tenant model recordsBefore recordsAfter } } }",
        new { i = new { tenant, source = "s", id, reason = "counted by mistake", dryRun } }, "finance")).GetProperty("voidRecord");

    public async Task<JsonElement> AmendAsync(string tenant, string id, object content, bool dryRun = false) => (await DataAsync(
        "mutation($i: AmendRecordInput!) { amendRecord(input: $i) { changed dryRun correctionId recordsBefore recordsAfter tokensBefore tokensAfter meters { tenant model recordsBefore recordsAfter tokensBefore tokensAfter } } }",
        new { i = new { tenant, source = "s", id, content, reason = "measured anew", dryRun } }, "finance")).GetProperty("amendRecord");

    public async Task<JsonElement> VoidBackfillAsync(string backfill, bool dryRun = false, string? tenant = null) => (await DataAsync(
        "mutation($i: VoidBackfillInput!) { voidBackfill(input: $i) { changed dryRun correctionId recordsBefore recordsAfter tokensBefore tokensAfter meters { tenant model recordsBefore } } }",
        new { i = new { backfill, tenant, reason = "the file was wrong", dryRun } }, "operator")).GetProperty("voidBackfill");

    /// <returns>Records and tokens of a tenant by unit cost, as of an instant or now.</returns>
    public async Task<(long Records, long Tokens)> TotalAsync(string tenant, DateTimeOffset? asOf = null)
    {
        var total = (await DataAsync(
            "query($t: [String!], $a: DateTime) { unitCost(where: { from: \"2026-01-01T00:00:00Z\", to: \"2027-12-01T00:00:00Z\", tenants: $t }, asOf: $a) { total { records tokens { total } } } }",
            new { t = new[] { tenant }, a = asOf }, "finance")).GetProperty("unitCost").GetProperty("total");
        return (total.GetProperty("records").GetInt64(), total.GetProperty("tokens").GetProperty("total").GetInt64());
    }

    /// <returns>A tenant's records of the drill-down, all pages.</returns>
    public async Task<List<JsonElement>> RecordsAsync(string tenant, bool includeVoided = false, int pageSize = 50)
    {
        var records = new List<JsonElement>();
        for (string? after = null; ;)
        {
            var page = (await DataAsync(
                """
                query($t: [String!], $n: Int, $a: String, $v: Boolean) {
                  usageRecords(where: { from: "2026-01-01T00:00:00Z", to: "2027-12-01T00:00:00Z", tenants: $t }, first: $n, after: $a, includeVoided: $v) {
                    nodes { id model fleet occurredAt status quantities { unitClass value } state voidedAt amendedAt reason backfill } pageInfo { hasNextPage endCursor } } }
                """,
                new { t = new[] { tenant }, n = pageSize, a = after, v = includeVoided })).GetProperty("usageRecords");
            records.AddRange(page.GetProperty("nodes").EnumerateArray());
            if (!page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean()) return records;
            after = page.GetProperty("pageInfo").GetProperty("endCursor").GetString();
        }
    }

    public static long Tokens(JsonElement record) => record.GetProperty("quantities").EnumerateArray()
        .Where(q => q.GetProperty("value").ValueKind == JsonValueKind.Number && q.GetProperty("unitClass").GetString() is not ("requests" or "seconds"))
        .Sum(q => q.GetProperty("value").GetInt64());

    public async Task<(long Records, long Tokens)> MeterAsync(string tenant, string model)
    {
        var meter = (await DataAsync(
            "query($t: String!, $m: String!) { meter(tenant: $t, model: $m) { records total } }", new { t = tenant, m = model })).GetProperty("meter");
        return meter.ValueKind == JsonValueKind.Null ? (0, 0) : (meter.GetProperty("records").GetInt64(), meter.GetProperty("total").GetInt64());
    }

    /// <summary>Buckets, drill-down and meters of a tenant tell the same.</summary>
    /// <returns>Records and tokens.</returns>
    public async Task<(long Records, long Tokens)> AgreedAsync(string tenant)
    {
        var total = await TotalAsync(tenant);
        var records = await RecordsAsync(tenant);
        Assert.Equal(total, (records.Count, records.Sum(Tokens)));
        (long Records, long Tokens) meters = (0, 0);
        foreach (var model in await ColumnAsync("select distinct model from finops.series where tenant = $1", tenant))
        {
            var meter = await MeterAsync(tenant, model);
            meters = (meters.Records + meter.Records, meters.Tokens + meter.Tokens);
        }

        Assert.Equal(total, meters);
        return total;
    }

    public async Task<List<string>> ColumnAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        return rows;
    }

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton<TimeProvider>(clock);

    private sealed class ForwardClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
