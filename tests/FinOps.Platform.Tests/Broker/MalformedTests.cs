using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FinOps.Platform.Broker;
using FinOps.Platform.Tests.Fixtures;
using RabbitMQ.Client;

namespace FinOps.Platform.Tests.Broker;

/// <summary>Malformed payloads among good ones, through both doors: each is kept once with its bytes and a reason, and harms nobody.</summary>
public sealed class MalformedTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Strange = "strange";

    /// <summary>All letters but the one of <see cref="Properties_and_headers_that_no_text_can_hold_do_not_stop_the_inbox"/>, whichever test comes first.</summary>
    private const string Sent = $"message_id is null or message_id not like '{Strange}%'";

    /// <summary>10,000 in the full form: <c>FINOPS_TEST_MALFORMED=10000</c>.</summary>
    private static readonly int Count =
        int.TryParse(Environment.GetEnvironmentVariable("FINOPS_TEST_MALFORMED"), CultureInfo.InvariantCulture, out var set) ? set : 1_000;

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("FINOPS_TEST_SEED"), CultureInfo.InvariantCulture, out var set) ? set : 21;

    [Fact]
    [Trait("Reliability", "T21")]
    public async Task Each_malformed_payload_over_the_broker_is_kept_once_with_its_bytes_and_every_good_record_is_counted()
    {
        TestContext.Current.SendDiagnosticMessage($"{Count} payloads, seed {Seed}");
        var malformed = new Malformed(Seed);
        var (letters, records, good) = (new Dictionary<string, string>(), new Dictionary<string, string>(), 0);
        await using var connection = await new ConnectionFactory { Uri = host.Broker }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), TestContext.Current.CancellationToken);
        foreach (var chunk in Enumerable.Range(0, Count).Chunk(100))
        {
            var publishes = new List<Task>();
            foreach (var number in chunk)
            {
                var payload = malformed.Next(number);
                publishes.Add(PublishAsync(channel, payload.Id, payload.ContentType, payload.Body));
                publishes.Add(PublishAsync(channel, $"good-{number}", "application/json", Malformed.Batch("g", Malformed.Good($"{number}"))));
                good += payload.Record is null ? 1 : 3;
                if (payload.Record is null) letters.Add(payload.Id, Digest(payload.Body));
                else records.Add(payload.Id, Digest(Encoding.UTF8.GetBytes(payload.Record)));
            }

            await Task.WhenAll(publishes);
        }

        await Eventually.SeeAsync(() => NumberAsync($"select count(*) from finops.dead_letter where {Sent}"), n => n >= letters.Count);
        await Eventually.SeeAsync(() => NumberAsync("select count(*) from finops.quarantined_record where door = 'amqp'"), n => n >= records.Count);
        await Eventually.SeeAsync(() => CountedAsync("good"), n => n >= good);

        Assert.Equal(
            letters.Select(l => $"{l.Key} {l.Value} 1").Order(StringComparer.Ordinal),
            (await RowsAsync($"select concat_ws(' ', message_id, encode(sha256(body), 'hex'), copies) from finops.dead_letter where ({Sent}) and reason <> '' and message <> ''"))
            .Order(StringComparer.Ordinal));
        Assert.Equal(
            records.Select(r => $"{r.Key} {r.Value}").Order(StringComparer.Ordinal),
            (await RowsAsync("select concat_ws(' ', batch_id, encode(sha256(convert_to(record, 'UTF8')), 'hex')) from finops.quarantined_record where door = 'amqp' and message <> ''"))
            .Order(StringComparer.Ordinal));
        Assert.Equal(letters.Count, await NumberAsync($"select count(*) from finops.dead_letter where {Sent}"));
        Assert.Equal(good, await CountedAsync("good"));
        Assert.Equal(0, await CountedAsync("bad"));
        Assert.Equal(Count, letters.Count + records.Count);
        using var ready = await host.Client(null).GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    [Trait("Reliability", "T21")]
    public async Task Over_http_an_unreadable_body_is_answered_with_400_and_a_bad_record_is_quarantined_alone()
    {
        var malformed = new Malformed(Seed + 1);
        var (refused, quarantined, good) = (0, 0, 0);
        foreach (var number in Enumerable.Range(1, Count))
        {
            var payload = malformed.Next(number);
            // What only a message can get wrong is a good body here, and an object without records is one record.
            if (payload.Kind is "wrong content type" or "missing envelope" or "no records") continue;
            var body = payload.Record is null ? payload.Body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(payload.Body).Replace("good", "good-http", StringComparison.Ordinal));
            using var content = new ByteArrayContent(body);
            using var answer = await host.Client("fleet").PostAsync("/v1/usage", content, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == (payload.Record is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK), $"{payload.Id} {payload.Kind}: {answer.StatusCode} {text}");
            if (payload.Record is null) refused++;
            else (quarantined, good) = (quarantined + 1, good + 2);
        }

        Assert.True(refused > 0 && quarantined > 0);
        Assert.Equal(good, await CountedAsync("good-http"));
        Assert.Equal(quarantined, await NumberAsync("select count(*) from finops.quarantined_record where door = 'http'"));
    }

    [Fact]
    [Trait("Reliability", "T21")]
    public async Task Properties_and_headers_that_no_text_can_hold_do_not_stop_the_inbox()
    {
        await using var connection = await new ConnectionFactory { Uri = host.Broker }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), TestContext.Current.CancellationToken);
        await channel.BasicPublishAsync(
            BrokerTopology.UsageReported, "a\0b", mandatory: true,
            new BasicProperties
            {
                ContentType = "a\0/b",
                MessageId = Strange + "\0",
                Headers = new Dictionary<string, object?>
                {
                    ["zero\0"] = new byte[] { 0, 0xff },
                    ["when"] = new AmqpTimestamp(1),
                    ["nested"] = new Dictionary<string, object?> { ["list"] = new List<object?> { null, 1L, 1.5 } },
                },
                Persistent = true,
            }, "{"u8.ToArray(), TestContext.Current.CancellationToken);
        await Eventually.SeeAsync(() => NumberAsync($"select count(*) from finops.dead_letter where message_id like '{Strange}%'"), n => n == 1);
    }

    private static Task PublishAsync(IChannel channel, string id, string? contentType, byte[] body) => channel.BasicPublishAsync(
        BrokerTopology.UsageReported, "", mandatory: true, new BasicProperties { ContentType = contentType, MessageId = id, Persistent = true }, body).AsTask();

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private Task<long> CountedAsync(string tenant) =>
        NumberAsync($"select coalesce(sum(records), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = '{tenant}'");

    private async Task<long> NumberAsync(string sql) => long.Parse((await RowsAsync(sql)).Single(), CultureInfo.InvariantCulture);

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add($"{reader.GetValue(0)}");
        return rows;
    }
}
