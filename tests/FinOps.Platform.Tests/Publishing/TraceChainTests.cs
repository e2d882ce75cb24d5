using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>The main job on real traces: published over the broker, asked through GraphQL, equal to answers that were computed elsewhere.</summary>
public sealed class TraceChainTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Question =
        """
        query($where: UsageFilter!, $groupBy: [Dimension!], $timeZone: String) {
          unitCost(where: $where, groupBy: $groupBy, timeZone: $timeZone) {
            rows { tenant model bucketLabel records charge tokens { inputTotal outputTotal reasoning image } }
            total { records charge tokens { inputTotal outputTotal } }
          }
        }
        """;

    [Theory]
    [InlineData("azure2023_code.csv.gz")]
    [InlineData("azure2023_conv.csv.gz")]
    [InlineData("azure2024_conv_sample.csv.gz")]
    [InlineData("burstgpt_fixture_54rows.csv.gz")]
    [InlineData("cc_traces_weka.jsonl.gz")]
    [InlineData("exgentic_agent_llm.jsonl.gz")]
    [InlineData("llmperf_bedrock.jsonl.gz")]
    [InlineData("lmcache_agentic.jsonl.gz")]
    [InlineData("mooncake_conversation.jsonl.gz")]
    [InlineData("mooncake_synthetic.jsonl.gz")]
    [InlineData("tracelab_example_rounds.jsonl.gz")]
    public async Task A_trace_that_was_published_shows_its_totals(string file)
    {
        var expected = JsonElement.Parse(await File.ReadAllTextAsync(RecordedTraces.File("totals.json"))).GetProperty(file);
        var tenant = $"trace-{file}";

        Assert.Equal(expected.GetProperty("rows").GetInt64(), await PublishAsync(file, new TraceOptions { Tenant = tenant, Fleet = "f1" }));

        var total = (await AskAsync("2020-01-01T00:00Z", "2027-01-01T00:00Z", [], [tenant])).GetProperty("total");
        Assert.Equal(
            (expected.GetProperty("rows").GetInt64(), expected.GetProperty("sum_input_tokens").GetInt64(), expected.GetProperty("sum_output_tokens").GetInt64()),
            (total.GetProperty("records").GetInt64(), Tokens(total, "inputTotal"), Tokens(total, "outputTotal")));
    }

    [Fact]
    public async Task A_million_events_of_56_tenants_equal_the_roll_up_in_every_cell_and_the_charge_to_the_last_digit()
    {
        var rollUp = Rows("servegen_events_rollup_utc_day.csv.gz");
        await TracePrices.SetAsync(host);
        var crossings = new CrossingAnswers(host, "servegen_events_budget_crossings.csv.gz");
        await crossings.CreateAsync();

        Assert.Equal(1_049_916, await PublishAsync("servegen_events.csv.gz", new TraceOptions()));

        var tenants = rollUp.Select(r => r["tenant"]).Distinct().ToArray();
        var report = await AskAsync("2026-03-01T00:00Z", "2026-03-10T00:00Z", ["TENANT", "MODEL", "DAY"], tenants);
        var shown = report.GetProperty("rows").EnumerateArray().Select(r => string.Join(' ',
            r.GetProperty("tenant"), r.GetProperty("model"), r.GetProperty("bucketLabel"), r.GetProperty("records"),
            Tokens(r, "inputTotal"), Tokens(r, "outputTotal"), Tokens(r, "reasoning"), Tokens(r, "image"), Number(r.GetProperty("charge").GetString()!)));
        Assert.Equal(
            rollUp.Select(r => string.Join(' ',
                r["tenant"], r["model"], r["day_utc"], r["events"], r["input_tokens"], r["output_tokens"], r["reasoning_tokens"], r["image_tokens"],
                Number(r["cost_with_price_change_usd"]))).Order(StringComparer.Ordinal),
            shown.Order(StringComparer.Ordinal));
        Assert.Equal(933.90836525m, decimal.Parse(report.GetProperty("total").GetProperty("charge").GetString()!, CultureInfo.InvariantCulture));
        await NewYorkAsync(tenants);
        await WithoutThePriceCutAsync(tenants, rollUp);
        await crossings.CheckAsync();
    }

    /// <summary>Local days, of which the 8th of March has 23 hours.</summary>
    private async Task NewYorkAsync(string[] tenants)
    {
        var report = await AskAsync("2026-03-01T05:00Z", "2026-03-10T04:00Z", ["TENANT", "DAY"], tenants, "America/New_York");
        Assert.Equal(
            Rows("servegen_events_rollup_newyork_day.csv.gz").Select(r => string.Join(' ',
                r["tenant"], r["day_america_new_york"], r["events"], r["input_tokens"], r["output_tokens"], Number(r["cost_with_price_change_usd"])))
                .Order(StringComparer.Ordinal),
            report.GetProperty("rows").EnumerateArray().Select(r => string.Join(' ',
                r.GetProperty("tenant"), r.GetProperty("bucketLabel"), r.GetProperty("records"), Tokens(r, "inputTotal"), Tokens(r, "outputTotal"),
                Number(r.GetProperty("charge").GetString()!))).Order(StringComparer.Ordinal));
    }

    /// <summary>What would have been charged had the price stayed; the books keep the cut.</summary>
    private async Task WithoutThePriceCutAsync(string[] tenants, List<Dictionary<string, string>> rollUp)
    {
        var (cut, before) = (TracePrices.All.Where(p => p.Model == "m-mid").MaxBy(p => p.From), TracePrices.All.Where(p => p.Model == "m-mid").MinBy(p => p.From));
        var data = await host.DataAsync(
            """
            query($where: UsageFilter!, $assume: AssumedInput!) { whatIf(where: $where, assume: $assume, groupBy: [TENANT, MODEL]) {
              actual { total { charge } } assumed { total { charge } rows { tenant model charge } } } }
            """,
            new
            {
                where = new { from = "2026-03-01T00:00Z", to = "2026-03-10T00:00Z", tenants },
                assume = new
                {
                    rateCards = new[]
                    {
                        new
                        {
                            model = cut.Model,
                            from = cut.From,
                            currency = "USD",
                            rates = new[] { new { unitClass = "uncachedInput", perUnit = before.Input }, new { unitClass = "output", perUnit = before.Output } },
                        },
                    },
                },
            }, role: "finance");
        var answer = data.GetProperty("whatIf");
        Assert.Equal(["933.90836525", "950.67798885"], new[] { "actual", "assumed" }.Select(side => Number(answer.GetProperty(side).GetProperty("total").GetProperty("charge").GetString()!)));
        Assert.Equal(
            rollUp.GroupBy(r => (r["tenant"], r["model"])).Select(g => $"{g.Key} {Number(g.Sum(r => decimal.Parse(r["cost_flat_usd"], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture))}").Order(StringComparer.Ordinal),
            answer.GetProperty("assumed").GetProperty("rows").EnumerateArray()
                .Select(r => $"({r.GetProperty("tenant")}, {r.GetProperty("model")}) {Number(r.GetProperty("charge").GetString()!)}").Order(StringComparer.Ordinal));
    }

    /// <returns>How many were accepted.</returns>
    private async Task<long> PublishAsync(string file, TraceOptions options)
    {
        using var output = new StringWriter();
        var session = new PublishSession(() => new RabbitMqTransport(host.Broker), 16, 200, TimeSpan.FromMinutes(2)) { Out = output, Error = TextWriter.Null };
        var plan = new PublishPlan { Files = [new TraceFile(RecordedTraces.File(file), options)] };
        await session.RunAsync((publisher, tally) => PublishFiles.RunAsync(plan, publisher, tally, TimeProvider.System, default), default);
        return JsonElement.Parse(output.ToString()).GetProperty("accepted").GetInt64();
    }

    private async Task<JsonElement> AskAsync(string from, string to, string[] groupBy, string[] tenants, string timeZone = "UTC") =>
        (await host.DataAsync(Question, new { where = new { from, to, tenants }, groupBy, timeZone }, role: "finance")).GetProperty("unitCost");

    private static long Tokens(JsonElement row, string name) => row.GetProperty("tokens").GetProperty(name).GetInt64();

    /// <summary>The number without trailing zeros: the answer files keep whatever the arithmetic gave.</summary>
    private static string Number(string text) =>
        (decimal.Parse(text, CultureInfo.InvariantCulture) / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);

    private static List<Dictionary<string, string>> Rows(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(RecordedTraces.File(file)), CompressionMode.Decompress));
        var header = reader.ReadLine()!.Split(',');
        var rows = new List<Dictionary<string, string>>();
        while (reader.ReadLine() is { } line) rows.Add(header.Zip(line.Split(',')).ToDictionary(c => c.First, c => c.Second));
        return rows;
    }
}
