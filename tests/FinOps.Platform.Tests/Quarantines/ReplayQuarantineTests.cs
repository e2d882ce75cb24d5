using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Tests.Quarantines;

/// <summary>What was quarantined is replayed as it came, under a backfill, corrected, or dismissed; counted once whatever is tried.</summary>
public sealed class ReplayQuarantineTests(ReplayQuarantineTests.Host host) : IClassFixture<ReplayQuarantineTests.Host>
{
    private const string Replay =
        "mutation($i: ReplayQuarantineInput!) { replayQuarantine(input: $i) { accepted duplicates conflicts quarantined lastId hasMore "
        + "outcomes { id verdict reason field message } } }";

    private static object Record(string tenant, string id, DateTimeOffset? at = null, object? quantities = null) => new
    {
        tenant,
        id,
        source = "s",
        model = "m",
        occurredAt = at ?? DateTimeOffset.UtcNow,
        quantities = quantities ?? new { output = 5 },
    };

    private static readonly DateTimeOffset Old = DateTimeOffset.UtcNow.AddDays(-40);

    [Fact]
    [Trait("Reliability", "T4")]
    public async Task A_record_beyond_the_window_is_quarantined_with_its_reason_and_a_named_backfill_lets_it_in_once()
    {
        Assert.Equal(["quarantined occurred_at_too_old"], await PostAsync("late", Record("late", "1", Old)));
        var id = await OpenIdAsync("late");

        var asItIs = await ReplayAsync(new { ids = new[] { id } });
        Assert.Equal(("quarantined", "occurred_at_too_old"), Outcome(asItIs));
        var named = await ReplayAsync(new { ids = new[] { id }, backfill = "february" });
        Assert.Equal(("accepted", null), Outcome(named));
        var again = await ReplayAsync(new { ids = new[] { id }, backfill = "february" });
        Assert.Equal(("duplicate", null), Outcome(again));

        Assert.Equal(1, await CountedAsync("late"));
        Assert.Empty(await ListAsync("late", "OPEN"));
        var resolved = Assert.Single(await ListAsync("late", "RESOLVED"));
        Assert.Equal(("accepted", "operator"), (Text(resolved, "resolution"), Text(resolved, "resolvedBy")));
        Assert.Equal(
            ["quarantined  operator", "accepted february operator"],
            resolved.GetProperty("replays").EnumerateArray().Select(r => $"{Text(r, "verdict")} {Text(r, "backfill")} {Text(r, "by")}"));
        // It lies in its own quarter-hour, and says under which name it came.
        var records = await host.DataAsync(
            $$"""
            { usageRecords(where: { tenants: ["late"], from: "{{Old:yyyy-MM-dd}}T00:00Z", to: "{{Old.AddDays(1):yyyy-MM-dd}}T00:00Z" }) { nodes { id backfill } } }
            """);
        Assert.Equal("february", records.GetProperty("usageRecords").GetProperty("nodes")[0].GetProperty("backfill").GetString());
    }

    [Fact]
    [Trait("Reliability", "T4")]
    public async Task After_the_window_was_widened_a_replay_lets_in_what_was_too_old_and_what_lay_here_grew_no_older()
    {
        await PostAsync("widened", Record("widened", "too-old", Old), Record("widened", "in-time", DateTimeOffset.UtcNow.AddDays(-34), new { output = -1 }));
        // As if it had come 30 days ago: by now it would be too old, on the day it came it was not.
        await ExecuteAsync("update finops.quarantined_record set received_at = received_at - interval '30 days' where tenant = 'widened' and record_id = 'in-time'");
        await ExecuteAsync(
            """
            update finops.quarantined_record set record = jsonb_set(record::jsonb, '{occurredAt}', to_jsonb((now() - interval '60 days')::text))::text
            where tenant = 'widened' and record_id = 'in-time'
            """);
        await host.RestartAsync("41.00:00:00");
        try
        {
            var replayed = await ReplayAsync(new { where = new { tenants = new[] { "widened" } }, patch = """{"quantities":{"output":3}}""" });
            Assert.Equal((2, 0), (replayed.GetProperty("accepted").GetInt32(), replayed.GetProperty("quarantined").GetInt32()));
            Assert.Equal(2, await CountedAsync("widened"));
        }
        finally
        {
            await host.RestartAsync(null);
        }
    }

    [Fact]
    public async Task Corrections_change_fields_of_one_record_or_of_all_or_take_its_place()
    {
        await PostAsync(
            "mended", Record("mended", "patched", quantities: new { output = -1 }), Record("mended", "replaced", quantities: new { tokens = 1 }),
            Record("mended", "neither", quantities: new { output = -1 }));
        var ids = (await ListAsync("mended", "OPEN")).ToDictionary(r => Text(r, "recordId")!, r => Text(r, "id")!);

        var replayed = await ReplayAsync(new
        {
            ids = ids.Values.Order(StringComparer.Ordinal),
            corrections = new object[]
            {
                new { id = ids["patched"], patch = """{"quantities":{"output":7}}""" },
                new { id = ids["replaced"], record = JsonSerializer.Serialize(Record("mended", "replaced", quantities: new { output = 11 })) },
            },
        });

        Assert.Equal(
            [$"{ids["patched"]} accepted ", $"{ids["replaced"]} accepted ", $"{ids["neither"]} quarantined quantity_negative"],
            replayed.GetProperty("outcomes").EnumerateArray().Select(o => $"{Text(o, "id")} {Text(o, "verdict")} {Text(o, "reason")}"));
        Assert.Equal(18, await TokensAsync("mended"));
        Assert.Equal("neither", Text(Assert.Single(await ListAsync("mended", "OPEN")), "recordId"));
        var patched = (await ListAsync("mended", "RESOLVED")).Single(r => Text(r, "recordId") == "patched");
        Assert.Contains("\"output\":7", Text(patched.GetProperty("replays")[0], "corrected"), StringComparison.Ordinal);
        Assert.Contains("-1", Text(patched, "record"), StringComparison.Ordinal);
        // Counted once: another correction of it, even to another id, is not sent.
        var other = await ReplayAsync(new { ids = new[] { ids["patched"] }, patch = """{"id":"another"}""" });
        Assert.Equal(("duplicate", null), Outcome(other));
        Assert.Equal(18, await TokensAsync("mended"));
    }

    [Fact]
    public async Task A_replay_whose_process_died_is_finished_with_its_own_content_before_any_other()
    {
        await PostAsync("died", Record("died", "1", quantities: new { output = -1 }));
        var id = await OpenIdAsync("died");
        // What a process leaves behind that died between the ledger's commit and the resolution: first without, then with the commit.
        await ExecuteAsync(
            $$$"""
            insert into finops.quarantine_replay (quarantined, at, by, vouched, corrected)
            values ({{{id}}}, now(), 'operator', false, '{{{JsonSerializer.Serialize(Record("died", "first", quantities: new { output = 2 }))}}}')
            """);
        var refused = await host.GraphAsync($$"""mutation { dismissQuarantine(ids: ["{{id}}"], reason: "old") }""");
        Assert.Equal("replay_unfinished", refused.Errors.Single().Code);

        var replayed = await ReplayAsync(new { ids = new[] { id }, patch = """{"id":"second","quantities":{"output":3}}""" });

        Assert.Equal(("accepted", null), Outcome(replayed));
        Assert.Equal(2, await TokensAsync("died"));
    }

    [Fact]
    public async Task A_filter_takes_the_open_ones_page_by_page_and_each_record_says_duplicate_or_conflict_where_it_is_one()
    {
        await PostAsync("paged", [.. Enumerable.Range(0, 25).Select(i => Record("paged", $"{i}", Old))]);
        await PostAsync("paged", Record("paged", "taken", quantities: new { output = 1 }));
        await PostAsync("paged", Record("paged", "taken", quantities: new { output = -1 }));

        var (pages, verdicts, after) = (0, new List<string>(), (string?)null);
        bool more;
        do
        {
            var page = await ReplayAsync(
                new { where = new { tenants = new[] { "paged" } }, first = 10, after, backfill = "paged", patch = """{"quantities":{"output":5}}""" });
            verdicts.AddRange(page.GetProperty("outcomes").EnumerateArray().Select(o => Text(o, "verdict")!));
            (after, more) = (Text(page, "lastId"), page.GetProperty("hasMore").GetBoolean());
            pages++;
        }
        while (more);

        Assert.Equal(3, pages);
        Assert.Equal((25, 1), (verdicts.Count(v => v == "accepted"), verdicts.Count(v => v == "conflict")));
        Assert.Equal(26, await CountedAsync("paged"));
        Assert.Empty(await ListAsync("paged", "OPEN"));
    }

    [Fact]
    public async Task Two_replays_at_once_count_once()
    {
        await PostAsync("race", [.. Enumerable.Range(0, 50).Select(i => Record("race", $"{i}", Old))]);

        var replays = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReplayAsync(new { where = new { tenants = new[] { "race" } }, backfill = "race" })));

        Assert.Equal(50, await CountedAsync("race"));
        Assert.Equal(50, replays.Sum(r => r.GetProperty("accepted").GetInt32()));
        Assert.All(replays, r => Assert.Equal(0, r.GetProperty("conflicts").GetInt32() + r.GetProperty("quarantined").GetInt32()));
        Assert.All(await ListAsync("race", "RESOLVED"), r => Assert.Equal("accepted", Text(r, "resolution")));
    }

    [Fact]
    [Trait("Reliability", "T31")]
    public async Task A_bound_fleets_forged_records_stay_out_until_somebody_vouches_for_them()
    {
        var forged = Enumerable.Range(0, 100).Select(i => Record("victim", $"{i}")).ToArray();
        Assert.All(await PostAsync("bound", forged, key: "bound"), v => Assert.Equal("quarantined tenant_not_permitted", v));

        var asOperator = await ReplayAsync(new { where = new { tenants = new[] { "victim" } } });
        Assert.Equal(100, asOperator.GetProperty("quarantined").GetInt32());
        Assert.Equal(0, await CountedAsync("victim"));
        Assert.All(await ListAsync("victim", "OPEN"), r => Assert.Equal("bound", Text(r, "sender")));

        var vouched = await ReplayAsync(new { where = new { tenants = new[] { "victim" } }, vouch = true });
        Assert.Equal(100, vouched.GetProperty("accepted").GetInt32());
        Assert.True((await ListAsync("victim", "RESOLVED"))[0].GetProperty("replays")[1].GetProperty("vouched").GetBoolean());
    }

    [Fact]
    public async Task What_is_dismissed_leaves_the_open_list_with_a_reason_and_nothing_is_deleted()
    {
        await PostAsync("dismissed", Record("dismissed", "1", Old), Record("dismissed", "2", Old));
        var ids = (await ListAsync("dismissed", "OPEN")).Select(r => Text(r, "id")!).ToArray();

        var data = await host.DataAsync(
            "mutation($ids: [ID!]!) { dismissQuarantine(ids: $ids, reason: \"a test of theirs\") }", new { ids }, role: "finance");

        Assert.Equal(ids, data.GetProperty("dismissQuarantine").EnumerateArray().Select(i => i.GetString()));
        Assert.Empty(await ListAsync("dismissed", "OPEN"));
        var resolved = await ListAsync("dismissed", "RESOLVED");
        Assert.All(resolved, r => Assert.Equal(("dismissed", "finance", "a test of theirs"), (Text(r, "resolution"), Text(r, "resolvedBy"), Text(r, "note"))));
        // Not even then is it lost.
        Assert.Equal(("accepted", null), Outcome(await ReplayAsync(new { ids = ids[..1], backfill = "after all" })));
    }

    [Theory]
    [InlineData("{ }", "selection_missing", "ids")]
    [InlineData("""{ "ids": ["1"], "where": {} }""", "selection_missing", "ids")]
    [InlineData("""{ "ids": ["987654321"] }""", "id_unknown", "ids")]
    [InlineData("""{ "ids": ["one"] }""", "id_unknown", "ids")]
    [InlineData("""{ "where": {}, "first": 1001 }""", "page_size", "first")]
    [InlineData("""{ "where": {}, "patch": "[1]" }""", "correction_invalid", "patch")]
    [InlineData("""{ "where": {}, "backfill": " x" }""", "backfill_invalid", "backfill")]
    [InlineData("""{ "where": { "tenants": ["none"] }, "corrections": [{ "id": "1" }] }""", "correction_invalid", "corrections")]
    [InlineData("""{ "where": { "tenants": ["none"] }, "corrections": [{ "id": "1", "patch": "{}" }] }""", "id_unknown", "corrections.id")]
    public async Task A_replay_that_makes_no_sense_is_refused_whole(string input, string code, string field)
    {
        var answer = await host.GraphAsync(Replay, new { i = JsonElement.Parse(input) });
        Assert.Equal((code, field), (answer.Errors.Single().Code, answer.Errors.Single().Field));
    }

    [Fact]
    public async Task Reads_are_the_sum_of_verdicts_and_a_replay_is_a_reading()
    {
        await PostAsync("sum", Record("sum", "1", Old), Record("sum", "2", quantities: new { output = -1 }), Record("sum", "3"));
        await ReplayAsync(new { where = new { tenants = new[] { "sum" } }, backfill = "sum" });
        await using var command = host.Database.CreateCommand(
            "select concat_ws(' ', sum(accepted), sum(duplicates), sum(conflicts), sum(quarantined)) from finops.ingestion_tally where tenant = 'sum'");
        // Three readings by the door, two by the replay.
        Assert.Equal("2 0 0 3", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private Task<List<string>> PostAsync(string batch, params object[] records) => PostAsync(batch, records, "fleet");

    private async Task<List<string>> PostAsync(string batch, object[] records, string key)
    {
        using var response = await host.Client(key).PostAsJsonAsync("/v1/usage", new { batchId = batch, source = "s", records });
        response.EnsureSuccessStatusCode();
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
        return [.. receipt.GetProperty("verdicts").EnumerateArray().Select(v => $"{Text(v, "verdict")} {Text(v, "reason")}".Trim())];
    }

    private async Task<JsonElement> ReplayAsync(object input) => (await host.DataAsync(Replay, new { i = input })).GetProperty("replayQuarantine");

    private async Task<List<JsonElement>> ListAsync(string tenant, string state)
    {
        var data = await host.DataAsync(
            $$"""
            query($t: [String!]) { quarantine(where: { tenants: $t }, state: {{state}}, first: 1000) { nodes {
              id recordId sender record resolution resolvedBy note replays { verdict backfill by corrected vouched } } } }
            """, new { t = new[] { tenant } });
        return [.. data.GetProperty("quarantine").GetProperty("nodes").EnumerateArray()];
    }

    private async Task<string> OpenIdAsync(string tenant) => Text(Assert.Single(await ListAsync(tenant, "OPEN")), "id")!;

    private static (string?, string?) Outcome(JsonElement replayed)
    {
        var outcome = Assert.Single(replayed.GetProperty("outcomes").EnumerateArray());
        return (Text(outcome, "verdict"), Text(outcome, "reason"));
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    private Task<long> CountedAsync(string tenant) => SumAsync("records", tenant);

    private Task<long> TokensAsync(string tenant) => SumAsync("output", tenant);

    private async Task<long> SumAsync(string column, string tenant)
    {
        await using var command = host.Database.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"select coalesce(sum({column}), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = $1"));
        command.Parameters.AddWithValue(tenant);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A host that can be started again with another window.</summary>
    public sealed class Host : RunningHost
    {
        private string? window;

        /// <summary>One fleet may report for one tenant only.</summary>
        protected override IReadOnlyList<(string Name, string Role, string[]? Tenants, bool SeesCost, string? BrokerUser)> People =>
            [.. base.People, ("bound", "fleet", ["own"], false, null)];

        public async Task RestartAsync(string? windowBack)
        {
            window = windowBack;
            await StopAsync();
            await StartAsync();
        }

        protected override void Configure(WebApplicationBuilder builder)
        {
            if (window is not null)
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Metering:AcceptanceWindowBack"] = window });
        }
    }
}
