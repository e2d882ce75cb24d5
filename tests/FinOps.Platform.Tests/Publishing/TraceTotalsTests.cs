using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>Each reader against the independent sums of the recorded traces.</summary>
public sealed class TraceTotalsTests
{
    public static TheoryData<string, string> Traces => new()
    {
        { "azure2023_conv.csv.gz", "azure" },
        { "azure2023_code.csv.gz", "azure" },
        { "azure2024_conv_sample.csv.gz", "azure" },
        { "burstgpt_fixture_54rows.csv.gz", "burstgpt" },
        { "mooncake_conversation.jsonl.gz", "mooncake" },
        { "mooncake_synthetic.jsonl.gz", "mooncake" },
        { "exgentic_agent_llm.jsonl.gz", "exgentic" },
        { "cc_traces_weka.jsonl.gz", "cc_traces_weka" },
        { "lmcache_agentic.jsonl.gz", "lmcache" },
        { "llmperf_bedrock.jsonl.gz", "llmperf" },
        { "tracelab_example_rounds.jsonl.gz", "tracelab" },
        { "servegen_events.csv.gz", "servegen_events" },
        { "servegen_deliveries.csv.gz", "servegen_deliveries" },
    };

    [Theory]
    [MemberData(nameof(Traces))]
    public void Rows_and_token_sums_of_a_trace_are_those_of_its_totals(string name, string format)
    {
        var totals = Totals(name);
        var file = new TraceFile(RecordedTraces.File(name), new TraceOptions());
        Assert.Equal(format, TraceFormats.Of(file, TraceFormats.Auto).Name);

        var sums = Sums.Of(file);

        Assert.Equal(totals.GetProperty("rows").GetInt64(), sums.Rows);
        Assert.Equal(totals.GetProperty("sum_input_tokens").GetInt64(), sums.Input);
        Assert.Equal(totals.GetProperty("sum_output_tokens").GetInt64(), sums.Output);
        var ownModels = totals.GetProperty("per_model").EnumerateObject().Where(m => sums.ByModel.ContainsKey(m.Name)).ToList();
        if (sums.ByModel.Count > 1) Assert.Equal(sums.ByModel.Count, ownModels.Count);
        foreach (var model in ownModels)
        {
            var (rows, input, output) = sums.ByModel[model.Name];
            Assert.Equal(model.Value.GetProperty("rows").GetInt64(), rows);
            Assert.Equal(model.Value.GetProperty("input_tokens").GetInt64(), input);
            Assert.Equal(model.Value.GetProperty("output_tokens").GetInt64(), output);
        }
    }

    [Theory]
    [InlineData("azure2023_conv.csv.gz")]
    [InlineData("azure2023_code.csv.gz")]
    [InlineData("azure2024_conv_sample.csv.gz")]
    [InlineData("exgentic_agent_llm.jsonl.gz")]
    [InlineData("servegen_events.csv.gz")]
    [InlineData("servegen_deliveries.csv.gz")]
    public void First_and_last_instant_of_a_trace_keep_every_digit(string name)
    {
        var totals = Totals(name);
        var instants = Read(name).Select(r => r.OccurredAt);
        var (first, last) = instants.Aggregate(
            (Min: DateTimeOffset.MaxValue, Max: DateTimeOffset.MinValue), (x, at) => (at < x.Min ? at : x.Min, at > x.Max ? at : x.Max));

        Assert.Equal(Digits(totals.GetProperty("first_ts").GetString()!), first.UtcDateTime.ToString("yyyyMMddHHmmssfffffff"));
        Assert.Equal(Digits(totals.GetProperty("last_ts").GetString()!), last.UtcDateTime.ToString("yyyyMMddHHmmssfffffff"));

        static string Digits(string text) => string.Concat(text.Split('+')[0].Where(char.IsAsciiDigit)).PadRight(21, '0');
    }

    [Theory]
    [InlineData("mooncake_conversation.jsonl.gz")]
    [InlineData("mooncake_synthetic.jsonl.gz")]
    public void Mooncakes_cache_reads_are_those_of_a_cache_that_never_forgets(string name) =>
        Assert.Equal(
            Totals(name).GetProperty("prefix_cacheable_input_tokens_infinite_cache").GetInt64(),
            Read(name).Sum(r => r.Quantities.GetValueOrDefault(UnitClasses.CacheRead) ?? 0));

    [Fact]
    public void Exgentics_failed_calls_are_records_with_unique_ids()
    {
        var records = Read("exgentic_agent_llm.jsonl.gz").ToList();

        Assert.Equal(101, records.Count(r => r.Status == "failed"));
        Assert.Equal(1560, records.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public void Lmcaches_lost_input_is_missing_in_every_row() =>
        Assert.All(Read("lmcache_agentic.jsonl.gz"), r => Assert.Null(r.Quantities[UnitClasses.UncachedInput]));

    [Fact]
    public void Tracelabs_cache_split_is_kept()
    {
        var claude = Read("tracelab_example_rounds.jsonl.gz").Where(r => r.Model == "claude-opus-4-8").ToList();

        Assert.Equal(418_193, claude.Sum(r => r.Quantities[UnitClasses.InputTotal]));
        Assert.Equal(394_068, claude.Sum(r => r.Quantities[UnitClasses.CacheRead]));
        Assert.Equal(21_086, claude.Sum(r => r.Quantities[UnitClasses.CacheWrite]));
        Assert.Equal(581, Read("tracelab_example_rounds.jsonl.gz").Sum(r => r.Quantities.GetValueOrDefault(UnitClasses.Reasoning) ?? 0));
    }

    [Fact]
    public void Servegens_subsets_travel_beside_the_whole()
    {
        var (reasoning, image) = (0L, 0L);
        foreach (var record in Read("servegen_events.csv.gz"))
        {
            reasoning += record.Quantities.GetValueOrDefault(UnitClasses.Reasoning) ?? 0;
            image += record.Quantities.GetValueOrDefault(UnitClasses.Image) ?? 0;
        }

        Assert.Equal((155_412_264, 69_398_020), (reasoning, image));
    }

    private static IEnumerable<UsageRecord> Read(string name)
    {
        var file = new TraceFile(RecordedTraces.File(name), new TraceOptions());
        return TraceFormats.Of(file, TraceFormats.Auto).Read(file);
    }

    private static JsonElement Totals(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(RecordedTraces.File("totals.json")));
        return json.RootElement.GetProperty(name).Clone();
    }

    private sealed record Sums(long Rows, long Input, long Output, Dictionary<string, (long Rows, long Input, long Output)> ByModel)
    {
        public static Sums Of(TraceFile file)
        {
            var byModel = new Dictionary<string, (long Rows, long Input, long Output)>();
            foreach (var record in TraceFormats.Of(file, TraceFormats.Auto).Read(file))
            {
                var (rows, input, output) = byModel.GetValueOrDefault(record.Model);
                var whole = record.Quantities;
                byModel[record.Model] = (
                    rows + 1,
                    input + (whole.GetValueOrDefault(UnitClasses.InputTotal) ?? whole.GetValueOrDefault(UnitClasses.UncachedInput) ?? 0),
                    output + (whole.GetValueOrDefault(UnitClasses.OutputTotal) ?? whole.GetValueOrDefault(UnitClasses.Output) ?? 0));
            }

            return new Sums(byModel.Values.Sum(m => m.Rows), byModel.Values.Sum(m => m.Input), byModel.Values.Sum(m => m.Output), byModel);
        }
    }
}
