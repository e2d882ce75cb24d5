using System.Text.Json;
using FinOps.Platform.Corrections;
using FinOps.Platform.Tests.Broker;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static FinOps.Platform.Tests.Corrections.CorrectedHost;

namespace FinOps.Platform.Tests.Corrections;

/// <summary>Whole backfills voided, on real PostgreSQL and RabbitMQ.</summary>
public sealed class VoidBackfillTests(CorrectedHost host) : IClassFixture<CorrectedHost>
{
    [Fact]
    [Trait("Reliability", "T5")]
    public async Task A_voided_backfill_gives_its_ids_back_and_its_name_is_used_up()
    {
        var records = Enumerable.Range(0, 60).Select(i => Report("bf", $"{i}", 1 + i, $"m{i % 3}", at: $"2026-0{1 + i % 2}-05T00:00:00Z")).ToArray();
        foreach (var chunk in records.Chunk(7)) await host.PostAsync("wrong", chunk);
        await host.PostAsync("other", Report("bf", "other", 3));
        var whole = await host.AgreedAsync("bf");

        var preview = await host.VoidBackfillAsync("wrong", dryRun: true);
        Assert.Equal((60L, whole.Tokens - 12), (preview.GetProperty("recordsBefore").GetInt64(), preview.GetProperty("tokensBefore").GetInt64()));
        Assert.Equal(whole, await host.AgreedAsync("bf"));

        var done = await host.VoidBackfillAsync("wrong");
        Assert.True(done.GetProperty("changed").GetBoolean());
        Assert.Equal((60L, 3), (done.GetProperty("recordsBefore").GetInt64(), done.GetProperty("meters").GetArrayLength()));
        Assert.Equal((1, 12), await host.AgreedAsync("bf"));
        Assert.False((await host.VoidBackfillAsync("wrong")).GetProperty("changed").GetBoolean());
        Assert.Equal(60, (await host.RecordsAsync("bf", includeVoided: true)).Count(r => r.GetProperty("state").GetString() == "VOIDED"));

        // What is delivered again under the old name waits in quarantine, with its bytes; the rest of the ids come under a new name.
        Assert.All(await host.PostAsync("wrong", records[..5]), v => Assert.Equal("quarantined:backfill_voided", v));
        Assert.Equal(5, (await host.ColumnAsync("select record from finops.quarantined_record where reason = 'backfill_voided' and tenant = 'bf' and record like '%\"fleet\":\"f1\"%'")).Count);
        Assert.All(await host.PostAsync("right", records), v => Assert.Equal("accepted", v));
        Assert.All(await host.PostAsync("right", records), v => Assert.Equal("duplicate", v));
        Assert.Equal(whole, await host.AgreedAsync("bf"));

        // A record that came twice is found where it counts.
        Assert.True((await host.VoidAsync("bf", "7")).GetProperty("changed").GetBoolean());
        Assert.Equal((whole.Records - 1, whole.Tokens - 32), await host.AgreedAsync("bf"));
        var tally = (await host.DataAsync("{ ingestion { accepted voided } }", role: "operator")).GetProperty("ingestion");
        var counted = long.Parse(Assert.Single(await host.ColumnAsync("select sum(records) from finops.bucket")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(counted, tally.GetProperty("accepted").GetInt64() - tally.GetProperty("voided").GetInt64());
    }

    [Fact]
    public async Task Records_corrected_singly_go_with_their_backfill()
    {
        await host.PostAsync("mixed", Report("mix", "voided"), Report("mix", "amended", 5), Report("mix", "plain"));
        await host.VoidAsync("mix", "voided");
        await host.AmendAsync("mix", "amended", new { model = "n", occurredAt = "2026-05-01T00:00:00Z" });

        Assert.Equal(2L, (await host.VoidBackfillAsync("mixed")).GetProperty("recordsBefore").GetInt64());
        Assert.Equal((0, 0), await host.AgreedAsync("mix"));
        Assert.Equal("record_unknown", (await host.GraphAsync(
            "mutation { amendRecord(input: { tenant: \"mix\", source: \"s\", id: \"voided\", reason: \"r\", content: {} }) { changed } }")).Errors.Single().Code);
        Assert.Equal(
            ["accepted", "accepted", "accepted"],
            await host.PostAsync("mixed-2", Report("mix", "voided", 9), Report("mix", "amended", 9), Report("mix", "plain", 9)));
        Assert.Equal((3, 108), await host.AgreedAsync("mix"));
        // The new ones have a history of their own.
        await host.AmendAsync("mix", "amended", new { fleet = "f2" });
        await host.VoidAsync("mix", "voided");
        Assert.Equal((2, 72), await host.AgreedAsync("mix"));
    }

    [Fact]
    public async Task One_tenants_part_leaves_the_others()
    {
        await host.PostAsync("shared", Report("part-a", "1"), Report("part-b", "1"));
        Assert.Equal(1L, (await host.VoidBackfillAsync("shared", tenant: "part-a")).GetProperty("recordsBefore").GetInt64());
        Assert.Equal(((0L, 0L), (1L, 4L)), (await host.AgreedAsync("part-a"), await host.AgreedAsync("part-b")));
        Assert.Equal(["quarantined:backfill_voided", "accepted"], await host.PostAsync("shared", Report("part-a", "2"), Report("part-b", "2")));

        // Ids that the first void freed are others' by now; the second must not take them away.
        Assert.Equal(["accepted"], await host.PostAsync("shared-2", Report("part-a", "1")));
        Assert.Equal(2L, (await host.VoidBackfillAsync("shared")).GetProperty("recordsBefore").GetInt64());
        Assert.Equal(["duplicate"], await host.PostAsync("shared-2", Report("part-a", "1")));
        Assert.Equal(((1L, 4L), (0L, 0L)), (await host.AgreedAsync("part-a"), await host.AgreedAsync("part-b")));
    }

    [Fact]
    [Trait("Reliability", "T5")]
    public async Task As_of_before_the_void_the_backfill_counted()
    {
        await host.PostAsync("early", Report("bf-asof", "1", 5));
        var before = host.NextHour();
        await host.VoidBackfillAsync("early");
        Assert.Equal((1, 20), await host.TotalAsync("bf-asof", before));
        Assert.Equal((0, 0), await host.TotalAsync("bf-asof", host.NextHour()));
    }

    [Fact]
    public async Task No_commit_under_way_slips_by_a_void()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"racing-{round}";
            await host.PostAsync(name, Report("slip", $"{round}-first", 2));
            var posts = Enumerable.Range(0, 30).Select(i => host.PostAsync(
                name, [.. Enumerable.Range(0, 10).Select(n => Report("slip", $"{round}-{i}-{n}", 1, $"m{n % 4}"))])).ToList();
            var voided = await host.VoidBackfillAsync(name);
            var verdicts = (await Task.WhenAll(posts)).SelectMany(v => v).ToList();

            Assert.All(verdicts, v => Assert.Contains(v, new[] { "accepted", "quarantined:backfill_voided" }));
            Assert.Equal(verdicts.Count(v => v == "accepted") + 1, voided.GetProperty("recordsBefore").GetInt64());
            Assert.Equal((0, 0), await host.AgreedAsync("slip"));
        }
    }

    [Fact]
    public async Task A_void_that_is_stopped_leaves_nothing_behind()
    {
        await host.PostAsync("stopped", Report("stop", "1"), Report("stop", "2", at: "2026-04-02T00:00:00Z"), Report("stop", "3", model: "n"));
        using var stop = new CancellationTokenSource();
        await using var connection = await host.Database.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // Somebody holds the last bucket, so the void waits in the midst of its work.
            await using var hold = new NpgsqlCommand(
                "select 1 from finops.bucket b join finops.series s on s.id = b.series where tenant = 'stop' and model = 'n' for update of b", connection);
            await hold.ExecuteNonQueryAsync();
            var voiding = host.Services.GetRequiredService<VoidBackfill>().RunAsync("stopped", null, new AskedCorrection("test", "r", false), stop.Token);
            await Eventually.SeeAsync(
                () => host.ColumnAsync("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"),
                waiting => waiting.Count > 0);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => voiding);
        }

        Assert.Equal((3, 12), await host.AgreedAsync("stop"));
        Assert.Equal(["duplicate"], await host.PostAsync("stopped", Report("stop", "1")));
        Assert.Equal(3L, (await host.VoidBackfillAsync("stopped")).GetProperty("recordsBefore").GetInt64());
    }

    [Fact]
    public async Task What_the_broker_delivers_again_after_a_void_is_quarantined_and_acknowledged()
    {
        await using var amqp = await AmqpClient.ConnectAsync(host.Broker);
        var batch = JsonSerializer.Serialize(new { batchId = "b", source = "s", backfill = "bus", records = new[] { Report("bus", "1") } });
        Assert.Equal("accepted", Verdict(await amqp.ReportAsync(batch)));
        await host.VoidBackfillAsync("bus");
        Assert.Equal("quarantined", Verdict(await amqp.ReportAsync(batch)));
        Assert.Equal((0, 0), await host.AgreedAsync("bus"));

        static string? Verdict(JsonElement receipt) => receipt.GetProperty("verdicts")[0].GetProperty("verdict").GetString();
    }
}
