using System.Net;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>The publisher against a real broker and a real HTTP server, behind which a test decides about the answers.</summary>
public sealed class LanedPublisherTests
{
    private static readonly BatchHead Head = new("gw", Backfill: null);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Records_of_one_identity_arrive_in_their_order()
    {
        await using var platform = await ScratchPlatform.StartAsync((_, _) => Verdicts.Accepted);
        var records = Enumerable.Range(0, 3_000).Select(i => Record($"id-{i % 50}", output: i)).ToList();

        var counts = await PublishAsync(platform.Transport, records, lanes: 4, recordsPerBatch: 7);

        Assert.Equal(3_000, counts.Accepted);
        foreach (var identity in platform.Taken.SelectMany(b => b.Records).GroupBy(r => r.Id))
            Assert.Equal(identity.Select(Output).Order(), identity.Select(Output));
        Assert.Equal(Content(records), Content(platform.Taken.SelectMany(b => b.Records)));

        static IEnumerable<(string, long?)> Content(IEnumerable<UsageRecord> records) => records.Select(r => (r.Id, Output(r))).Order();
    }

    [Fact]
    public async Task An_unanswered_batch_is_sent_again_under_its_id_and_holds_back_its_lane()
    {
        await using var platform = await ScratchPlatform.StartAsync((delivery, _) => delivery == 1 ? null : Verdicts.Accepted);

        var counts = await PublishAsync(
            platform.Transport, [Record("1"), Record("2"), Record("3")], lanes: 1, recordsPerBatch: 1, patience: TimeSpan.FromSeconds(2));

        Assert.Equal(3, counts.Accepted);
        // A receipt that a busy machine brings late has its batch sent again, too: under its id, and still before the next.
        var taken = platform.Taken.Select(b => b.Records.Single().Id).ToList();
        Assert.Equal(["1", "1"], taken.Take(2));
        Assert.Equal(taken.Order(StringComparer.Ordinal), taken);
        Assert.Equal(3, platform.Taken.Select(b => (b.BatchId, b.Records.Single().Id)).Distinct().Count());
    }

    [Fact]
    public async Task Silence_is_an_error_in_the_end()
    {
        await using var platform = await ScratchPlatform.StartAsync((_, _) => null);

        var failure = await Assert.ThrowsAsync<RefusedException>(
            () => PublishAsync(platform.Transport, [Record("1")], 2, 1, giveUpAfter: TimeSpan.FromMilliseconds(500), patience: TimeSpan.FromSeconds(1)));

        Assert.Contains("Gave up", failure.Message);
    }

    [Fact]
    public async Task A_missing_exchange_is_tried_again_until_giving_up_and_named()
    {
        IBatchTransport Transport() => new RabbitMqTransport(TestServers.RabbitMq, "no-such-exchange");

        var failure = await Assert.ThrowsAsync<RefusedException>(
            () => PublishAsync(Transport, [Record("1")], 1, 1, giveUpAfter: TimeSpan.FromMilliseconds(300)));

        Assert.Contains("'no-such-exchange'", failure.Message);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_at_once()
    {
        var address = new UriBuilder(TestServers.RabbitMq) { Password = "wrong" }.Uri;

        var failure = await Assert.ThrowsAsync<RefusedException>(
            () => PublishAsync(() => new RabbitMqTransport(address), [Record("1")], 1, 1));

        Assert.Contains("refuses user", failure.Message);
    }

    [Fact]
    public async Task A_lost_connection_is_opened_anew_and_the_batch_sent_again()
    {
        await using var platform = await ScratchPlatform.StartAsync((delivery, _) => delivery == 1 ? null : Verdicts.Accepted);
        await using var transport = platform.Transport();
        var tally = new PublishTally();
        await using var publisher = new LanedPublisher(1, 1, () => transport, new Redelivery(Long, tally, TimeProvider.System), tally);
        await publisher.AddAsync(Record("1"), Head, Now);
        await publisher.AddAsync(Record("2"), Head, Now);
        await Eventually.SeeAsync(() => platform.Taken.Count == 1);

        // What a broker's restart or a cut cable does to the lane that waits for its receipt.
        await transport.DisposeAsync();
        await publisher.CompleteAsync(Now);

        Assert.Equal(2, tally.Counts.Accepted);
        Assert.Equal(["1", "1", "2"], platform.Taken.Select(b => b.Records.Single().Id));
    }

    [Fact]
    public async Task Stopping_sends_nothing_more_and_counts_what_was_answered()
    {
        await using var platform = await ScratchPlatform.StartAsync((delivery, _) => delivery <= 2 ? Verdicts.Accepted : null);
        var tally = new PublishTally();
        await using var publisher = new LanedPublisher(1, 1, platform.Transport, new Redelivery(Long, tally, TimeProvider.System), tally);
        for (var i = 0; i < 4; i++) await publisher.AddAsync(Record($"{i}"), Head, Now);
        await Eventually.SeeAsync(() => platform.Taken.Count == 3);

        await publisher.StopAsync();

        Assert.Equal(2, tally.Counts.Answered);
        Assert.Equal(3, platform.Taken.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task Over_http_a_busy_server_is_asked_again_with_the_same_batch(HttpStatusCode busy)
    {
        var batches = new List<UsageReported>();
        await using var server = await ServerAsync(async context =>
        {
            Assert.Equal("Bearer key", context.Request.Headers.Authorization);
            var batch = (await context.Request.ReadFromJsonAsync(UsageJson.Default.UsageReported))!;
            batches.Add(batch);
            if (batches.Count == 1)
            {
                context.Response.StatusCode = (int)busy;
                context.Response.Headers.RetryAfter = "0";
                return;
            }

            await context.Response.WriteAsJsonAsync(
                new UsageReceipt { BatchId = batch.BatchId, Verdicts = [new RecordVerdict { Id = "1", Verdict = Verdicts.Duplicate }] },
                UsageJson.Default.UsageReceipt);
        });

        var counts = await PublishAsync(() => new HttpTransport(new Uri(server.Urls.Single()), "key"), [Record("1")], 1, 1);

        Assert.Equal(1, counts.Duplicates);
        Assert.Equal(2, batches.Count);
        Assert.Equal(batches[0].BatchId, batches[1].BatchId);
    }

    [Fact]
    public async Task Over_http_a_refusal_ends_the_run_and_says_what_the_server_said()
    {
        await using var server = await ServerAsync(async context =>
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync("not for you");
        });

        var failure = await Assert.ThrowsAsync<RefusedException>(
            () => PublishAsync(() => new HttpTransport(new Uri(server.Urls.Single()), "key"), [Record("1"), Record("2")], 2, 1));

        Assert.Contains("403: not for you", failure.Message);
    }

    [Fact]
    public async Task The_summary_counts_each_verdict_and_the_flaw_of_a_file_comes_after_what_was_before_it()
    {
        var path = Path.GetTempFileName();
        string[] lines = ["TIMESTAMP,ContextTokens,GeneratedTokens", "2023-11-16 18:15:46,1,2", "2023-11-16 18:15:46,1,2", "x,1,2", "2023-11-16 18:15:46,1,2"];
        await File.WriteAllLinesAsync(path, lines, Now);
        await using var platform = await ScratchPlatform.StartAsync(
            (delivery, _) => delivery == 1 ? Verdicts.Accepted : Verdicts.Quarantined);
        using var output = new StringWriter();
        var session = new PublishSession(platform.Transport, 1, 1, Long) { Out = output, Error = TextWriter.Null };
        var plan = new PublishPlan { Files = [new TraceFile(path, new TraceOptions())] };

        var flaw = await Assert.ThrowsAsync<TraceException>(
            () => session.RunAsync((publisher, tally) => PublishFiles.RunAsync(plan, publisher, tally, TimeProvider.System, Now), Now));

        Assert.Contains("line 4", flaw.Message);
        var summary = JsonElement.Parse(output.ToString());
        Assert.Equal(2, summary.GetProperty("read").GetInt64());
        Assert.Equal(1, summary.GetProperty("accepted").GetInt64());
        Assert.Equal(1, summary.GetProperty("quarantined").GetInt64());
        Assert.Equal(["1", "2"], platform.Taken.SelectMany(b => b.Records).Select(r => r.Id));
        Assert.All(platform.Taken, b => Assert.Equal(Path.GetFileName(path), b.Backfill));
        File.Delete(path);
    }

    [Fact]
    public void A_lane_is_stable_and_depends_on_the_whole_identity()
    {
        Assert.Equal(LanedPublisher.LaneOf("t", "s", "1", 64), LanedPublisher.LaneOf("t", "s", "1", 64));
        var lanes = Enumerable.Range(0, 1_000).CountBy(i => LanedPublisher.LaneOf("t", "s", $"{i}", 8)).ToDictionary();
        Assert.Equal(8, lanes.Count);
        Assert.All(lanes.Values, count => Assert.InRange(count, 50, 250));
        Assert.NotEqual(
            Enumerable.Range(0, 100).Select(i => LanedPublisher.LaneOf("t1", "s", $"{i}", 8)),
            Enumerable.Range(0, 100).Select(i => LanedPublisher.LaneOf("t", "1s", $"{i}", 8)));
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static long? Output(UsageRecord record) => record.Quantities[UnitClasses.Output];

    private static UsageRecord Record(string id, long output = 1) => new()
    {
        Tenant = "t",
        Id = id,
        Model = "m",
        OccurredAt = DateTimeOffset.UnixEpoch,
        Quantities = new Dictionary<string, long?> { [UnitClasses.Output] = output, [UnitClasses.UncachedInput] = null },
    };

    private static async Task<PublishCounts> PublishAsync(
        Func<IBatchTransport> transport, IReadOnlyList<UsageRecord> records, int lanes, int recordsPerBatch, TimeSpan? giveUpAfter = null,
        TimeSpan? patience = null)
    {
        var tally = new PublishTally();
        var redelivery = new Redelivery(giveUpAfter ?? Long, tally, TimeProvider.System) { Patience = patience ?? Long };
        await using var publisher = new LanedPublisher(lanes, recordsPerBatch, transport, redelivery, tally);
        foreach (var record in records) await publisher.AddAsync(record, Head, Now);
        await publisher.CompleteAsync(Now);
        return tally.Counts;
    }

    private static async Task<WebApplication> ServerAsync(RequestDelegate usage)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapPost("/v1/usage", usage);
        await server.StartAsync(Now);
        return server;
    }
}
