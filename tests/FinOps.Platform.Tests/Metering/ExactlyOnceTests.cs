using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using FinOps.Platform.Tests.Broker;
using FinOps.Platform.Tests.Fixtures;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Metering;

public sealed class ExactlyOnceTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private static object Report(string id, string tenant, string model, long output = 1, int minutesAgo = 0) => new
    {
        tenant,
        id,
        source = "s",
        model,
        fleet = "f1",
        occurredAt = Now.AddMinutes(-minutesAgo),
        quantities = new { output, uncachedInput = output * 3 },
    };

    private async Task<List<string?>> PostAsync(params object[] records)
    {
        using var response = await host.Client("fleet").PostAsJsonAsync("/v1/usage", records);
        response.EnsureSuccessStatusCode();
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
        return [.. receipt.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("verdict").GetString())];
    }

    [Fact]
    public async Task Of_two_meters_that_meet_on_one_key_the_first_in_the_array_counts()
    {
        for (var i = 0; i < 20; i++)
        {
            var verdicts = await PostAsync(
                Report($"k{i}", "two-meters", "a"), Report($"k{i}", "two-meters", "b"), Report($"k{i}", "two-meters", "a"));
            Assert.Equal(["accepted", "conflict", "duplicate"], verdicts);
        }

        await using var models = host.Database.CreateCommand("select string_agg(distinct model, ',') from finops.series where tenant = 'two-meters'");
        Assert.Equal("a", await models.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Sixteen_senders_of_the_same_ids_count_each_once()
    {
        await using var amqp = await AmqpClient.ConnectAsync(host.Broker);
        var records = Enumerable.Range(0, 200).Select(i => Report($"{i}", "sixteen", $"m{i % 3}")).ToArray();
        var batch = JsonSerializer.Serialize(new { batchId = "b", source = "s", records });

        var http = Enumerable.Range(0, 8).Select(_ => PostAsync(records));
        var bus = Enumerable.Range(0, 8).Select(async _ => (await amqp.ReportAsync(batch)).GetProperty("verdicts").EnumerateArray()
            .Select(v => v.GetProperty("verdict").GetString()).ToList());
        var verdicts = (await Task.WhenAll(http.Concat(bus))).SelectMany(v => v).ToList();

        Assert.Equal(200, verdicts.Count(v => v == "accepted"));
        Assert.Equal(3_000, verdicts.Count(v => v == "duplicate"));
        Assert.Equal(200, await SumAsync("sixteen"));
    }

    [Fact]
    public async Task Buckets_meters_and_events_tell_the_same()
    {
        var random = new Random(7);
        var records = Enumerable.Range(0, 500)
            .Select(i => Report($"{i}", "balance", $"m{random.Next(4)}", random.Next(1_000), random.Next(60 * 24 * 30))).ToArray();
        foreach (var chunk in records.Chunk(90)) await PostAsync(chunk);

        await using var session = host.Services.GetRequiredService<IDocumentStore>().QuerySession();
        var stored = await session.Events.QueryAllRawEvents().Where(e => e.StreamKey!.StartsWith("usage/balance/")).ToListAsync();
        var folded = new Dictionary<BucketKey, Bucket>();
        foreach (var e in stored) LedgerFold.Add(folded, e.Data);
        Assert.Equal(500, folded.Values.Sum(b => b.Records));
        Assert.Equal(
            folded.OrderBy(b => b.Key.Model.Value, StringComparer.Ordinal).ThenBy(b => b.Key.Slot)
                .Select(b => $"{b.Key.Model} {b.Key.Slot.Index} {b.Value.Records} {b.Value.Quantities[UnitClass.Output]} {b.Value.Quantities[UnitClass.UncachedInput]}"),
            await RowsAsync(
                """
                select concat_ws(' ', model, slot, sum(records), sum(output), sum(uncached_input))
                from finops.bucket b join finops.series s on s.id = b.series where tenant = 'balance' group by model, slot order by model, slot
                """));
        foreach (var model in folded.GroupBy(b => b.Key.Model))
        {
            var meter = await host.DataAsync(
                "query($m: String!) { meter(tenant: \"balance\", model: $m) { records outputTotal } }", new { m = model.Key.Value });
            Assert.Equal(model.Sum(b => b.Value.Records), meter.GetProperty("meter").GetProperty("records").GetInt64());
            Assert.Equal(model.Sum(b => b.Value.Quantities.OutputTotal), meter.GetProperty("meter").GetProperty("outputTotal").GetInt64());
        }
    }

    [Fact]
    public async Task A_second_activation_of_a_meter_is_refused_by_version_and_the_first_reads_again()
    {
        await PostAsync(Report("1", "twice", "m"));
        var (ledger, reader) = (host.Services.GetRequiredService<Ledger>(), host.Services.GetRequiredService<MeterState.Reader>());
        var meter = new Meter(new TenantId("twice"), new ModelId("m"));

        // The other activation has read the streams as they are now …
        var other = await reader.ReadAsync(meter, CancellationToken.None);
        // … and so has the grain, which writes first.
        Assert.Equal(["accepted"], await PostAsync(Report("2", "twice", "m")));
        Assert.IsType<FlushResult.Stale>(await ledger.CommitAsync(new MeterFlush(meter, [Pending.Of(meter, "3", occurredAt: Now)], new MeterBelief(other))));

        // Having read again it writes; now the grain is the stale one, reads again by itself, and nothing is lost or double.
        var fresh = await reader.ReadAsync(meter, CancellationToken.None);
        Assert.IsType<FlushResult.Committed>(await ledger.CommitAsync(new MeterFlush(meter, [Pending.Of(meter, "3", occurredAt: Now)], new MeterBelief(fresh))));
        Assert.Equal(["duplicate", "accepted"], await PostAsync(Report("2", "twice", "m"), Report("4", "twice", "m")));
        Assert.Equal(4, await SumAsync("twice"));
    }

    [Fact]
    public async Task Unreadable_messages_become_dead_letters_with_their_bytes_and_harm_no_neighbour()
    {
        await using var amqp = await AmqpClient.ConnectAsync(host.Broker);
        string[] unreadable = ["", "{\"records\":[", "17", "{\"schemaVersion\":1,\"batchId\":\"b\",\"source\":\"s\"}", "{\"message\":1}"];
        var accepted = new List<string?>();
        for (var i = 0; i < unreadable.Length; i++)
        {
            await amqp.PublishAsync(Encoding.UTF8.GetBytes(unreadable[i]), "application/json");
            var receipt = await amqp.ReportAsync(
                JsonSerializer.Serialize(new { batchId = "b", source = "s", records = new[] { Report($"{i}", "neighbour", "m") } }));
            accepted.Add(receipt.GetProperty("verdicts")[0].GetProperty("verdict").GetString());
        }

        Assert.All(accepted, v => Assert.Equal("accepted", v));
        var bodies = await Eventually.SeeAsync(
            () => RowsAsync("select convert_from(body, 'UTF8') from finops.dead_letter order by 1"), rows => rows.Count >= unreadable.Length);
        Assert.Equal(unreadable.Order(StringComparer.Ordinal), bodies.Order(StringComparer.Ordinal));
    }

    private async Task<long> SumAsync(string tenant)
    {
        await using var command = host.Database.CreateCommand(
            "select coalesce(sum(records), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = $1");
        command.Parameters.Add(new() { Value = tenant });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
