using FinOps.Platform.Tests.Corrections;

namespace FinOps.Platform.Tests.Reporting;

/// <summary>From the wire to the answer: what tags and the length of a call make of its bucket.</summary>
public sealed class TagsAndRateClassesTests(CorrectedHost host) : IClassFixture<CorrectedHost>
{
    private const string Window = "from: \"2026-03-02T00:00:00Z\", to: \"2026-03-03T00:00:00Z\"";

    [Fact]
    public async Task Usage_is_grouped_by_a_tag_and_by_rate_class_and_narrowed_by_a_tag()
    {
        await host.PostAsync(
            "t20", Call("tags", "1", 100, ("team", "blue"), ("api_key", "k1")), Call("tags", "2", 250_000, ("team", "blue"), ("service_tier", "Batch")),
            Call("tags", "3", 100, ("team", "red & white"), ("session", "s-1")), Call("tags", "4", 100), Call("tags", "5", 100, ("team", $"{Guid.NewGuid()}")));

        Assert.Equal(
            ["blue 200k/batch 1 250000", "blue standard 1 100", "other standard 1 100", "red & white standard 1 100", " standard 1 100"],
            await RowsAsync("", "[TAG, RATE_CLASS]", "tagKey: \"team\""));
        Assert.Equal(["  2 250100"], await RowsAsync("tags: [{ key: \"team\", value: \"blue\" }]", "[]"));
        Assert.Equal(["  3 250200"], await RowsAsync("tags: [{ key: \"team\", value: \"blue\" }, { key: \"team\", value: \"red & white\" }]", "[]"));
        Assert.Equal(["  1 100"], await RowsAsync("tags: [{ key: \"team\" }]", "[]"));
        Assert.Empty(await RowsAsync("tags: []", "[]"));
        var behind = await host.DataAsync(
            $$"""{ usageRecords(where: { {{Window}}, tenants: ["tags"], tags: [{ key: "team", value: "blue" }] }, first: 10) { nodes { id } } }""");
        Assert.Equal(["1", "2"], behind.GetProperty("usageRecords").GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("id").GetString()!));

        async Task<List<string>> RowsAsync(string tags, string groupBy, string argument = "")
        {
            var data = await host.DataAsync(
                $$"""{ unitCost(where: { {{Window}}, tenants: ["tags"], {{tags}} }, groupBy: {{groupBy}}, {{argument}}) { rows { tag rateClass records tokens { inputTotal } } } }""");
            return [.. data.GetProperty("unitCost").GetProperty("rows").EnumerateArray().Select(r =>
                $"{r.GetProperty("tag").GetString()} {r.GetProperty("rateClass").GetString()} {r.GetProperty("records")} {r.GetProperty("tokens").GetProperty("inputTotal")}")];
        }
    }

    [Theory]
    [InlineData("groupBy: [TAG]", "", "tag_key_missing", "tagKey")]
    [InlineData("groupBy: [TAG], tagKey: \"api_key\"", "", "tag_key_unknown", "tagKey")]
    [InlineData("groupBy: [TENANT], tagKey: \"team\"", "", "tag_key_unused", "tagKey")]
    [InlineData("groupBy: []", "{ key: \"session\", value: \"x\" }", "tag_key_unknown", "where.tags")]
    [InlineData("groupBy: []", "{ key: \"team\", value: \"7c9e6679-7425-40de-944b\" }", "tag_value_unkept", "where.tags")]
    public async Task What_cannot_be_asked_is_refused_and_the_error_names_what_can(string arguments, string tag, string code, string field)
    {
        var answer = await host.GraphAsync($$"""{ unitCost(where: { {{Window}}, tags: [{{tag}}] }, {{arguments}}) { total { records } } }""");

        var error = Assert.Single(answer.Errors);
        Assert.Equal((code, field), (error.Code, error.Field));
        Assert.Contains(code switch { "tag_key_unused" => "TAG", "tag_value_unkept" => "'other'", _ => "application, environment, feature, project, team" }, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_correction_takes_back_from_the_bucket_in_which_the_record_was_counted()
    {
        await host.PostAsync("t21", Call("moved", "1", 40_000, ("team", "blue")), Call("moved", "2", 40_000, ("team", "blue")), Call("moved", "3", 10));
        Assert.Equal(["32k team=blue 2"], (await BucketsAsync()).Where(b => b.Contains("32k", StringComparison.Ordinal)));

        await host.AmendAsync("moved", "1", new { tags = new[] { new { key = "service_tier", value = "batch" } } });
        Assert.Equal(["  1", "32k team=blue 1", "32k/batch  1"], await BucketsAsync());
        await host.AmendAsync("moved", "2", new { quantities = new[] { new { unitClass = "uncachedInput", value = 300_000 } } });
        Assert.Equal(["  1", "272k team=blue 1", "32k/batch  1"], await BucketsAsync());
        await host.VoidAsync("moved", "2");
        await host.VoidAsync("moved", "1");
        Assert.Equal(["  1"], await BucketsAsync());
        Assert.Equal((1, 10), await host.AgreedAsync("moved"));
        await host.VoidBackfillAsync("t21");
        Assert.Empty(await BucketsAsync());

        Task<List<string>> BucketsAsync() => host.ColumnAsync(
            """
            select rate_class || ' ' || tags || ' ' || sum(records) from finops.bucket b join finops.series s on s.id = b.series where tenant = 'moved'
            group by rate_class, tags having sum(records) <> 0 order by rate_class, tags
            """);
    }

    [Fact]
    public async Task Records_that_come_again_under_other_tags_are_conflicts_and_change_no_bucket()
    {
        Assert.Equal(["accepted"], await host.PostAsync("t22", Call("again", "1", 10, ("team", "blue"))));
        Assert.Equal(["duplicate"], await host.PostAsync("t22", Call("again", "1", 10, ("team", "blue"))));
        Assert.Equal(["conflict:content_differs"], await host.PostAsync("t22", Call("again", "1", 10, ("team", "red"))));

        Assert.Equal(["team=blue 1"], await host.ColumnAsync(
            "select tags || ' ' || sum(records) from finops.bucket b join finops.series s on s.id = b.series where tenant = 'again' group by tags"));
    }

    private static object Call(string tenant, string id, long input, params (string Key, string Value)[] tags) => new
    {
        tenant,
        id,
        source = "s",
        model = "m",
        fleet = "f1",
        occurredAt = $"{CorrectedHost.Day}T10:00:00Z",
        quantities = new Dictionary<string, long> { ["uncachedInput"] = input },
        tags = tags.ToDictionary(t => t.Key, t => t.Value),
    };
}
