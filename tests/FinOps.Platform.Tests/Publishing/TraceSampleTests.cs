using System.Globalization;
using System.IO.Compression;
using System.Text;
using FinOps.Contracts;
using FinOps.Host.Publishing;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>Each format, by a few lines of it.</summary>
public sealed class TraceSampleTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("finops-samples-").FullName;

    public static TheoryData<string, string, string> Samples => new()
    {
        { "azure", "a.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:46.6805901,396,109\r\n" },
        { "burstgpt", "b.csv", "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45.5,GPT-4,0,230,230,\"API, log\"\n" },
        { "mooncake", "m.jsonl", """
            {"timestamp": 0, "input_length": 1100, "output_length": 5, "hash_ids": [1, 2, 3]}
            {"timestamp": 1500, "input_length": 700, "output_length": 6, "hash_ids": [1, 2]}
            {"timestamp": 1500, "input_length": 1500, "output_length": 7, "hash_ids": [1, 9, 2]}
            """ },
        { "exgentic", "e.jsonl", """
            {"span_id":"s1","start_time_iso":"2026-04-20T11:44:54.855935+02:00","response_model":"kimi","request_model":"k","input_tokens":10,"output_tokens":2,"is_error":false,"response_id":"r"}
            {"span_id":"s2","start_time_iso":"2026-04-20T11:44:55+00:00","response_model":"kimi","request_model":"k","input_tokens":0,"output_tokens":0,"is_error":true,"response_id":null}
            """ },
        { "cc_traces_weka", "w.jsonl", """{"session_id":"x","turn_index":1,"model_id":"opus","input_tokens":28938,"output_tokens":289,"request_arrival_delta_s":12.069}""" },
        { "lmcache", "l.jsonl", """
            {"input_len":0,"model_id":"sonnet","output_tokens":207,"pre_gap_s":1.5,"session_id":"a"}
            {"input_len":0,"model_id":"sonnet","output_tokens":100,"pre_gap_s":0.0721,"session_id":"a"}
            {"input_len":7,"model_id":"sonnet","output_tokens":100,"pre_gap_s":9,"session_id":"b"}
            """ },
        { "llmperf", "p.jsonl", """
            {"model":"claude","run_id":"r","number_input_tokens":1024,"number_output_tokens":850,"e2e_latency_ms":9366.87171831727,"failure":false}
            {"model":"claude","run_id":"r","number_input_tokens":1025,"number_output_tokens":0,"e2e_latency_ms":1,"failure":true}
            """ },
        { "tracelab", "t.jsonl", """
            {"round_id":"1","model":"opus","input_tokens_total":100,"prefix_tokens":60,"newly_append_tokens":40,"claude_uncached_input_tokens":30,"claude_cache_creation_input_tokens":10,"claude_cache_read_input_tokens":60,"output_tokens":9,"reasoning_output_tokens":null,"timing_events":[{"event_type":"x","timestamp":"2026-06-01T05:40:20.151Z"}]}
            {"round_id":"2","model":"gpt","input_tokens_total":50,"prefix_tokens":20,"newly_append_tokens":30,"claude_uncached_input_tokens":null,"claude_cache_creation_input_tokens":null,"claude_cache_read_input_tokens":null,"output_tokens":9,"reasoning_output_tokens":4,"timing_events":[{"timestamp":"2026-06-01T05:40:21Z"}]}
            """ },
        { "servegen_events", "s.csv", "event_id,timestamp,source,tenant,api_key,model,input_tokens,output_tokens,reasoning_tokens,image_tokens\nd1,2026-03-02T00:00:00.062Z,fleet-0,tenant-011,k0,m-large,301,69,9,16\n" },
        { "servegen_deliveries", "d.csv", "delivery_seq,arrived_at,event_id,timestamp,source,tenant,api_key,model,input_tokens,output_tokens,reasoning_tokens,image_tokens,status\n0,2026-03-02T00:00:00.374Z,d1,2026-03-02T00:00:00.062Z,fleet-2,t,k0,m,301,0,0,0,failed\n" },
        { "usage_reported", "u.json", """
            {
              "schemaVersion": 1, "batchId": "b", "source": "gw",
              "records": [ { "tenant": "t", "id": "1", "model": "m", "occurredAt": "2026-01-01T00:00:00", "quantities": { "output": 1, "uncachedInput": null } } ]
            }
            """ },
        { "usage_records", "n.ndjson", """
            {"tenant":"t","id":"1","model":"m","occurredAt":"2026-01-01T00:00:00.1234567Z","quantities":{"output":1},"tags":{"team":"x"}}
            {"tenant":"t","id":"2","source":"own","model":"m","fleet":"f","occurredAt":"2026-01-01T01:00:00+01:00","quantities":{"output":2},"status":"failed"}
            """ },
        { "usage_records", "array.json", """[{"tenant":"t","id":"1","model":"m","occurredAt":"2026-01-01T00:00:00Z","quantities":{"output":1}}]""" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_format_is_known_by_content_gzipped_or_not(string format, string name, string content)
    {
        var (plain, zipped) = (File(name, content), File(name + ".gz", content));
        var misnamed = File("data.bin", content);

        Assert.All([plain, zipped, misnamed], file => Assert.Equal(format, TraceFormats.Of(file, TraceFormats.Auto).Name));
        Assert.Equal(Read(plain).Select(r => (r.Id, r.OccurredAt)), Read(zipped).Select(r => (r.Id, r.OccurredAt)));
        Assert.Equal(plain.Stem, zipped.Stem);
        Assert.All(Read(plain), r => Assert.NotEmpty(r.Quantities));
    }

    [Fact]
    public void Azure_keeps_seven_digits_and_takes_the_files_name_for_what_it_does_not_say()
    {
        var records = Read("azure");

        Assert.Equal(["1", "2"], records.Select(r => r.Id));
        Assert.Equal(Instant("2023-11-16T18:15:46.6805901Z"), records[1].OccurredAt);
        Assert.Equal(("a", "a", "a"), (records[0].Tenant, records[0].Model, records[0].Fleet));
        Assert.Equal((374, 44), (records[0].Quantities[UnitClasses.UncachedInput], records[0].Quantities[UnitClasses.Output]));
    }

    [Fact]
    public void The_command_line_overrides_what_a_file_says()
    {
        var options = new TraceOptions { Tenant = "acme", Model = "m2", Fleet = "f1" };

        var record = Assert.Single(Read("servegen_events", options));

        Assert.Equal(("acme", "m2", "f1", "fleet-0"), (record.Tenant, record.Model, record.Fleet, record.Source));
    }

    [Fact]
    public void Relative_clocks_start_where_they_are_told()
    {
        var options = new TraceOptions { Start = Instant("2025-06-01T00:00:00Z") };

        Assert.Equal([0, 1.5, 1.5], Read("mooncake", options).Select(Seconds));
        Assert.Equal([5, 45.5], Read("burstgpt", options).Select(Seconds));
        Assert.Equal([12.069], Read("cc_traces_weka", options).Select(Seconds));
        Assert.Equal([1.5, 1.5721, 9], Read("lmcache", options).Select(Seconds));
        Assert.Equal([0, 9.3668717], Read("llmperf", options).Select(Seconds));

        double Seconds(UsageRecord record) => (record.OccurredAt - options.Start).TotalSeconds;
    }

    [Fact]
    public void Mooncakes_leading_blocks_seen_before_are_cache_reads_capped_at_the_input()
    {
        var records = Read("mooncake");

        Assert.Equal([null, 700, 512], records.Select(r => r.Quantities.GetValueOrDefault(UnitClasses.CacheRead)));
        Assert.Equal([1100, 700, 1500], records.Select(r => r.Quantities[UnitClasses.InputTotal]));
    }

    [Fact]
    public void Failed_calls_say_so()
    {
        Assert.Equal([null, "failed"], Read("exgentic").Select(r => r.Status));
        Assert.Equal([null, "failed"], Read("llmperf").Select(r => r.Status));
        Assert.Equal(["failed"], Read("servegen_deliveries").Select(r => r.Status));
    }

    [Fact]
    public void Input_that_a_file_lost_is_missing_not_zero() =>
        Assert.Equal([null, null, 7], Read("lmcache").Select(r => r.Quantities[UnitClasses.UncachedInput]));

    [Fact]
    public void Parts_travel_beside_their_whole()
    {
        var servegen = Read("servegen_events")[0];
        Assert.Equal(
            (301, 16, 69, 9),
            (servegen.Quantities[UnitClasses.InputTotal], servegen.Quantities[UnitClasses.Image], servegen.Quantities[UnitClasses.OutputTotal],
                servegen.Quantities[UnitClasses.Reasoning]));
        Assert.Equal("k0", servegen.Tags!["apiKey"]);
        Assert.Equal([10, null], Read("tracelab").Select(r => r.Quantities.GetValueOrDefault(UnitClasses.CacheWrite)));
        Assert.Equal([60, 20], Read("tracelab").Select(r => r.Quantities[UnitClasses.CacheRead]));
        Assert.Equal([null, 4], Read("tracelab").Select(r => r.Quantities.GetValueOrDefault(UnitClasses.Reasoning)));
    }

    [Fact]
    public void Our_own_records_keep_their_sources_nulls_zones_and_status()
    {
        var batch = Assert.Single(Read("usage_reported"));
        Assert.Equal(("gw", Instant("2026-01-01T00:00:00Z")), (batch.Source, batch.OccurredAt));
        Assert.Null(batch.Quantities[UnitClasses.UncachedInput]);

        var lines = Read("usage_records");
        Assert.Equal([null, "own"], lines.Select(r => r.Source));
        Assert.Equal(Instant("2026-01-01T00:00:00.1234567Z"), lines[0].OccurredAt);
        Assert.Equal(Instant("2026-01-01T00:00:00Z"), lines[1].OccurredAt);
        Assert.Equal(("x", "failed"), (lines[0].Tags!["team"], lines[1].Status));
    }

    [Theory]
    [InlineData("a.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,2\n2023-11-16 18:15:47,many,2\n", "line 3", "ContextTokens")]
    [InlineData("a.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n18:15,1,2\n", "line 2", "TIMESTAMP")]
    [InlineData("a.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1\n", "line 2", "3 fields")]
    [InlineData("w.jsonl", "{\"session_id\":\"x\",\"model_id\":\"o\",\"input_tokens\":1,\"output_tokens\":2,\"request_arrival_delta_s\":1}\n{\"session_id\":1", "line 2", "column")]
    [InlineData("u.ndjson", "{\"tenant\":\"t\",\"id\":\"1\",\"model\":\"m\",\"occurredAt\":\"2026-01-01\",\"quantities\":{}}\n{\"tenant\":\"t\",\"id\":\"2\",\"model\":\"m\",\"occuredAt\":1,\"quantities\":{}}", "line 2", "occuredAt")]
    [InlineData("u.ndjson", "{\"id\":\"1\",\"model\":\"m\",\"occurredAt\":\"2026-01-01\",\"quantities\":{}}", "record 1", "tenant")]
    public void A_row_that_cannot_be_read_is_named_with_its_place(string name, string content, string place, string what)
    {
        var file = File(name, content);

        var flaw = Assert.Throws<TraceException>(() => Read(file).Count);

        Assert.Contains(place, flaw.Message);
        Assert.Contains(what, flaw.Message);
        Assert.StartsWith(file.Path, flaw.Message);
    }

    [Theory]
    [InlineData("BilledCost,Id\n1,2\n")]
    [InlineData("{\"hello\":1}")]
    [InlineData("PK-binary")]
    public void An_unknown_format_is_refused_with_the_known_ones(string content)
    {
        var flaw = Assert.Throws<TraceException>(() => TraceFormats.Of(File("x", content), TraceFormats.Auto));

        Assert.All(TraceFormats.All, format => Assert.Contains(format.Name, flaw.Message));
    }

    [Fact]
    public void A_live_replay_ends_now_and_renames_its_records()
    {
        var now = Instant("2026-05-05T05:05:05.5555555Z");
        var file = File("m.jsonl", Sample("mooncake"));

        var records = LiveShift.Apply(file, () => TraceFormats.Of(file, TraceFormats.Auto).Read(file), "run7", now).ToList();

        Assert.Equal(["run7-1", "run7-2", "run7-3"], records.Select(r => r.Id));
        Assert.Equal([now.AddSeconds(-1.5), now, now], records.Select(r => r.OccurredAt));
    }

    [Fact]
    public void A_live_replay_longer_than_the_acceptance_window_is_refused()
    {
        var file = File("a.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-01-01 00:00:00,1,2\n2023-03-01 00:00:00,1,2\n");

        var flaw = Assert.Throws<TraceException>(
            () => LiveShift.Apply(file, () => TraceFormats.Of(file, TraceFormats.Auto).Read(file), "r", Instant("2026-05-05T00:00:00Z")));

        Assert.Contains("59.0 days", flaw.Message);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Sample(string format) => Samples.First(s => s.Data.Item1 == format).Data.Item3;

    private static List<UsageRecord> Read(TraceFile file) => [.. TraceFormats.Of(file, TraceFormats.Auto).Read(file)];

    private List<UsageRecord> Read(string format, TraceOptions? options = null)
    {
        var (_, name, content) = Samples.First(s => s.Data.Item1 == format).Data;
        return Read(File(name, content, options));
    }

    private TraceFile File(string name, string content, TraceOptions? options = null)
    {
        var path = Path.Combine(directory, name);
        using (var stream = System.IO.File.Create(path))
        using (Stream target = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionLevel.Fastest) : stream)
            target.Write(Encoding.UTF8.GetBytes(content));
        return new TraceFile(path, options ?? new TraceOptions());
    }
}
