using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Metering;

public sealed class RecordUsageOverHttpTests(RunningHost host) : IClassFixture<RunningHost>
{
    /// <summary>The same in all records, whatever midnight passes: another time is another content.</summary>
    private static readonly string Today = $"{DateTimeOffset.UtcNow:yyyy-MM-dd}";

    private static string Record(string id, string tenant = "acme", string rest = "", string quantities = """{"output":1}""") =>
        $$"""{"tenant":"{{tenant}}","id":"{{id}}","source":"http","model":"m","occurredAt":"{{Today}}T00:00:00Z","quantities":{{quantities}}{{rest}}}""";

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string body, string type = "application/json", string? key = "fleet")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var response = await host.Client(key).PostAsync("/v1/usage", content);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    private static IEnumerable<string?> VerdictsOf(JsonElement receipt) =>
        receipt.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("verdict").GetString());

    [Fact]
    public async Task An_array_a_batch_and_lines_are_the_same_records()
    {
        var array = await PostAsync($"[{Record("forms-1")},{Record("forms-2")}]");
        var batch = await PostAsync($$"""{"batchId":"b","source":"http","records":[{{Record("forms-1")}}]}""");
        var lines = await PostAsync($"{Record("forms-2")}\n\n{Record("forms-3")}\n", "application/x-ndjson");
        var single = await PostAsync(Record("forms-3"));

        Assert.Equal(["accepted", "accepted"], VerdictsOf(array.Body));
        Assert.Equal(["duplicate"], VerdictsOf(batch.Body));
        Assert.Equal("b", batch.Body.GetProperty("batchId").GetString());
        Assert.Equal(["duplicate", "accepted"], VerdictsOf(lines.Body));
        Assert.Equal(["duplicate"], VerdictsOf(single.Body));
    }

    [Fact]
    public async Task A_bad_line_is_quarantined_alone_and_listed_with_its_reason()
    {
        var (status, receipt) = await PostAsync($"{Record("lines-1")}\n{{\"tenant\":\"acme\",\n{Record("lines-2")}", "application/x-ndjson");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["accepted", "quarantined", "accepted"], VerdictsOf(receipt));
        var listed = await host.DataAsync("{ quarantine(first: 1000) { nodes { reason field message record } } }");
        Assert.Contains(
            listed.GetProperty("quarantine").GetProperty("nodes").EnumerateArray(),
            r => r.GetProperty("reason").GetString() == "line_not_json" && r.GetProperty("record").GetString() == "{\"tenant\":\"acme\",");
    }

    [Fact]
    public async Task All_quarantined_is_still_an_answer_and_reads_add_up()
    {
        var before = await CountsAsync();
        var (status, receipt) = await PostAsync($"[{Record("sums-1", quantities: """{"output":-1}""")},{Record("sums-2", tenant: "")}]");
        var mixed = await PostAsync($"[{Record("sums-3")},{Record("sums-3")},{Record("sums-3", rest: ""","status":"failed" """)},7]");
        var after = await CountsAsync();

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["quarantined", "quarantined"], VerdictsOf(receipt));
        Assert.Equal(["accepted", "duplicate", "conflict", "quarantined"], VerdictsOf(mixed.Body));
        Assert.Equal((1, 1, 1, 3), (after[0] - before[0], after[1] - before[1], after[2] - before[2], after[3] - before[3]));
    }

    [Fact]
    public async Task A_refused_record_is_listed_once_however_often_it_comes()
    {
        var refused = Record("once", quantities: """{"tokens":1}""");
        await PostAsync($"[{refused}]");
        await PostAsync($"[{refused}]");

        await using var count = host.Database.CreateCommand("select count(*) from finops.quarantined_record where record_id = 'once'");
        Assert.Equal(1L, await count.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("\"text\"")]
    [InlineData("""{"batchId":"b","source":"s","records":{}}""")]
    [InlineData("""{"schemaVersion":2,"batchId":"b","source":"s","records":[]}""")]
    [InlineData("[1,2")]
    public async Task A_body_that_cannot_be_read_is_refused_whole(string body)
    {
        var (status, problem) = await PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_before_it_is_read_whole()
    {
        var (status, _) = await PostAsync(new string(' ', Limits.MessageBytes + 1));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Fact]
    public async Task Only_fleets_and_operators_report()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("[]", key: null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("[]", key: "acme")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("[]", key: "operator")).Status);
    }

    private async Task<long[]> CountsAsync()
    {
        var ingestion = (await host.DataAsync("{ ingestion { accepted duplicates conflicts quarantined } }")).GetProperty("ingestion");
        return [.. new[] { "accepted", "duplicates", "conflicts", "quarantined" }.Select(n => ingestion.GetProperty(n).GetInt64())];
    }
}
