using System.Globalization;
using System.Text;
using System.Text.Json;
using FinOps.Platform.Broker;
using FinOps.Platform.Tests.Fixtures;
using RabbitMQ.Client;

namespace FinOps.Platform.Tests.Broker;

/// <summary>What nobody could read is listed with its bytes, sent again after a fix, and counted once.</summary>
public sealed class ReplayDeadLettersTests(ReplayDeadLettersTests.Host host) : IClassFixture<ReplayDeadLettersTests.Host>
{
    private const string Replay =
        "mutation($i: ReplayDeadLettersInput!) { replayDeadLetters(input: $i) { sent refused lastId hasMore outcomes { id outcome error } } }";

    /// <summary>10,000 in the full form: <c>FINOPS_TEST_DEAD_LETTERS=10000</c>.</summary>
    private static readonly int Letters =
        int.TryParse(Environment.GetEnvironmentVariable("FINOPS_TEST_DEAD_LETTERS"), CultureInfo.InvariantCulture, out var set) ? set : 1_000;

    private static byte[] Batch(string tenant, string id, string source = "s") => Encoding.UTF8.GetBytes(
        $$"""{"batchId":"b","source":"{{source}}","records":[{"tenant":"{{tenant}}","id":"{{id}}","model":"m","occurredAt":"{{DateTimeOffset.UtcNow:o}}","quantities":{"output":1} }]}""");

    [Fact]
    [Trait("Reliability", "T27")]
    public async Task Dead_letters_replayed_twice_after_the_fix_are_counted_once()
    {
        // Good batches under a content type that nobody reads.
        await PublishAsync(host.Broker, host.OwnUser, "text/csv", [.. Enumerable.Range(0, Letters).Select(i => (Batch("again", $"{i}"), $"again-{i}"))]);
        await Eventually.SeeAsync(() => ScalarAsync("select count(*) from finops.dead_letter where content_type = 'text/csv'"), n => n == Letters);
        Assert.Equal(0, await CountedAsync("again"));

        // As they are they come back and stay open: nothing is lost by trying.
        var ids = await IdsAsync("where content_type = 'text/csv' order by id limit 3");
        Assert.Equal(3, (await ReplayAsync(new { ids })).GetProperty("sent").GetInt32());
        await Eventually.SeeAsync(() => ScalarAsync("select count(*) from finops.dead_letter_replay where outcome = 'returned'"), n => n == 3);
        Assert.Equal(Letters, await ScalarAsync("select count(*) from finops.dead_letter where content_type = 'text/csv' and resolution is null"));

        foreach (var _ in new[] { 1, 2 })
        {
            foreach (var chunk in (await IdsAsync("where content_type = 'text/csv' order by id")).Chunk(1_000))
            {
                var replayed = await ReplayAsync(new { ids = chunk, contentType = "application/json" });
                Assert.Equal((chunk.Length, 0), (replayed.GetProperty("sent").GetInt32(), replayed.GetProperty("refused").GetInt32()));
            }
        }

        await Eventually.SeeAsync(
            () => ScalarAsync("select sum(accepted + duplicates)::bigint from finops.ingestion_tally where tenant = 'again'"), n => n == 2 * Letters);
        Assert.Equal(Letters, await CountedAsync("again"));
        Assert.Equal(0, await ScalarAsync("select count(*) from finops.dead_letter where content_type = 'text/csv' and resolution is distinct from 'replayed'"));
        Assert.Equal(Letters, await ScalarAsync("select count(*) from finops.dead_letter where content_type = 'text/csv'"));
    }

    [Fact]
    public async Task A_dead_letter_is_listed_with_its_reason_and_all_its_bytes_and_goes_with_a_corrected_body()
    {
        byte[] broken = [.. Batch("corrected", "1")[..^3], 0, 0xff, .. "\"'<\n"u8];
        await PublishAsync(host.Broker, host.OwnUser, "application/json", (broken, "corrected-1"));
        await SeeLetterAsync("corrected-1");

        var listed = (await host.DataAsync(
            """
            { deadLetters(where: { reasons: ["unreadable"] }, first: 1000) { nodes {
              id messageId queue reason message contentType bodyBytes bodyStart copies resolution replays { outcome } } } }
            """)).GetProperty("deadLetters").GetProperty("nodes").EnumerateArray().Single(n => Text(n, "messageId") == "corrected-1");
        Assert.Equal((BrokerTopology.Errors, "1"), (Text(listed, "queue"), Text(listed, "copies")));
        Assert.Contains("Neither JSON", Text(listed, "message"), StringComparison.Ordinal);
        Assert.EndsWith("\\000\\377\"'<\n", Text(listed, "bodyStart"), StringComparison.Ordinal);
        Assert.Equal(broken.Length, listed.GetProperty("bodyBytes").GetInt64());
        var id = Text(listed, "id")!;
        var (bytes, offset) = (new List<byte>(), (long?)0);
        while (offset is not null)
        {
            var part = (await host.DataAsync(
                "query($id: ID!, $o: Long) { deadLetterBody(id: $id, offset: $o, length: 100) { base64 nextOffset bytes } }", new { id, o = offset }))
                .GetProperty("deadLetterBody");
            bytes.AddRange(part.GetProperty("base64").GetBytesFromBase64());
            offset = part.GetProperty("nextOffset").ValueKind == JsonValueKind.Null ? null : part.GetProperty("nextOffset").GetInt64();
        }

        Assert.Equal(broken, bytes);

        await ReplayAsync(new { ids = new[] { id }, corrections = new[] { new { id, body = Encoding.UTF8.GetString(Batch("corrected", "1")) } } });
        await Eventually.SeeAsync(() => CountedAsync("corrected"), n => n == 1);
        var before = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{long.Parse(id, CultureInfo.InvariantCulture) - 1}")).TrimEnd('=');
        var resolved = Assert.Single((await host.DataAsync(
            "query($a: String) { deadLetters(state: RESOLVED, first: 1, after: $a) { nodes { id resolution resolvedBy bodyBytes replays { isCorrected outcome } } } }",
            new { a = before })).GetProperty("deadLetters").GetProperty("nodes").EnumerateArray());
        Assert.Equal(id, Text(resolved, "id"));
        Assert.Equal(("replayed", "operator"), (Text(resolved, "resolution"), Text(resolved, "resolvedBy")));
        Assert.True(resolved.GetProperty("replays")[0].GetProperty("isCorrected").GetBoolean());
        // The original is still what came.
        Assert.Equal(broken.Length, resolved.GetProperty("bodyBytes").GetInt64());
    }

    [Fact]
    [Trait("Reliability", "T31")]
    public async Task An_unreadable_message_of_another_broker_user_is_buried_with_its_name_and_sent_again_with_its_rights()
    {
        // Readable neighbours in the same moment: the broker must not close our channel over the other's name.
        await PublishAsync(
            host.Fleet, host.FleetName, "application/json",
            [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? ("{"u8.ToArray(), $"user-{i / 2}") : (Batch("own", $"{i}"), $"good-{i}"))]);
        await Eventually.SeeAsync(() => CountedAsync("own"), n => n == 20);
        await Eventually.SeeAsync(() => ScalarAsync("select count(*) from finops.dead_letter where message_id like 'user-%'"), n => n == 20);
        Assert.Equal(20, await ScalarAsync($"select count(*) from finops.dead_letter where message_id like 'user-%' and user_id = '{host.FleetName}' and queue = '{BrokerTopology.Errors}'"));

        // Its sender may report for one tenant; a correction does not widen that.
        var ids = await IdsAsync("where message_id in ('user-0', 'user-1') order by message_id");
        await ReplayAsync(new
        {
            ids,
            corrections = new[]
            {
                new { id = ids[0], body = Encoding.UTF8.GetString(Batch("own", "mended")) },
                new { id = ids[1], body = Encoding.UTF8.GetString(Batch("victim", "forged")) },
            },
        });
        await Eventually.SeeAsync(() => CountedAsync("own"), n => n == 21);
        await Eventually.SeeAsync(
            () => ScalarAsync("select count(*) from finops.quarantined_record where tenant = 'victim' and reason = 'tenant_not_permitted' and sender = 'bound'"), n => n == 1);
        Assert.Equal(0, await CountedAsync("victim"));
    }

    [Fact]
    [Trait("Reliability", "T31")]
    public async Task A_header_that_names_another_user_counts_only_from_ourselves_and_forged_events_are_refused()
    {
        const int forged = 10_000;
        await using var connection = await new ConnectionFactory { Uri = host.Fleet }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), TestContext.Current.CancellationToken);
        for (var batch = 0; batch < forged / 100; batch++)
        {
            var first = batch * 100;
            var records = string.Join(',', Enumerable.Range(first, 100).Select(i =>
                $$"""{"tenant":"robbed","id":"{{i}}","model":"m","occurredAt":"{{DateTimeOffset.UtcNow:o}}","quantities":{"output":1} }"""));
            // Some say who they are, some say nothing, some say that they are a replay of somebody else's.
            var properties = new BasicProperties { ContentType = "application/json", Persistent = true, UserId = batch % 3 == 0 ? null : host.FleetName };
            if (batch % 3 == 2)
                properties.Headers = new Dictionary<string, object?> { [MessageHeaders.DeadLetter] = 1L, [MessageHeaders.User] = host.OwnUser };
            await channel.BasicPublishAsync(
                BrokerTopology.UsageReported, "", mandatory: true, properties, Encoding.UTF8.GetBytes($$"""{"batchId":"f{{batch}}","source":"s","records":[{{records}}]}"""),
                TestContext.Current.CancellationToken);
        }

        await Eventually.SeeAsync(
            () => ScalarAsync("select count(*) from finops.quarantined_record where tenant = 'robbed' and reason = 'tenant_not_permitted'"), n => n == forged);
        Assert.Equal(0, await CountedAsync("robbed"));
    }

    [Fact]
    public async Task What_is_dismissed_leaves_the_open_list_with_a_reason()
    {
        await PublishAsync(host.Broker, null, "application/json", ("dismissed"u8.ToArray(), "dismissed-1"));
        await SeeLetterAsync("dismissed-1");
        var ids = await IdsAsync("where message_id = 'dismissed-1'");

        var dismissed = await host.DataAsync("mutation($ids: [ID!]!) { dismissDeadLetters(ids: $ids, reason: \"noise\") }", new { ids });

        Assert.Equal(ids, dismissed.GetProperty("dismissDeadLetters").EnumerateArray().Select(i => i.GetString()!));
        Assert.Equal(1, await ScalarAsync("select count(*) from finops.dead_letter where message_id = 'dismissed-1' and resolution = 'dismissed' and note = 'noise' and resolved_by = 'operator'"));
        var unknown = await host.GraphAsync("mutation { dismissDeadLetters(ids: [\"987654321\"], reason: \"noise\") }");
        Assert.Equal(("id_unknown", "ids"), (unknown.Errors.Single().Code, unknown.Errors.Single().Field));
    }

    private Task<long> SeeLetterAsync(string messageId) =>
        Eventually.SeeAsync(() => ScalarAsync($"select count(*) from finops.dead_letter where message_id = '{messageId}'"), n => n == 1);

    private static async Task PublishAsync(Uri broker, string? user, string contentType, params (byte[] Body, string MessageId)[] messages)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var chunk in messages.Chunk(200))
        {
            await Task.WhenAll(chunk.Select(message => channel.BasicPublishAsync(
                BrokerTopology.UsageReported, "", mandatory: true,
                new BasicProperties { ContentType = contentType, MessageId = message.MessageId, UserId = user, Persistent = true }, message.Body).AsTask()));
        }
    }

    private async Task<JsonElement> ReplayAsync(object input) => (await host.DataAsync(Replay, new { i = input })).GetProperty("replayDeadLetters");

    private async Task<List<string>> IdsAsync(string which)
    {
        await using var command = host.Database.CreateCommand($"select id::text from finops.dead_letter {which}");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync()) ids.Add(reader.GetString(0));
        return ids;
    }

    private Task<long> CountedAsync(string tenant) =>
        ScalarAsync($"select coalesce(sum(records), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = '{tenant}'");

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is long number ? number : 0;
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).ValueKind == JsonValueKind.Null ? null : of.GetProperty(name).ToString();

    /// <summary>A broker user of its own stands for a fleet that may report for one tenant; our own user may for any.</summary>
    public sealed class Host : RunningHost
    {
        private Uri? fleet;

        /// <summary>The broker's address for the fleet's user.</summary>
        public Uri Fleet => fleet ?? throw new InvalidOperationException("There is no fleet yet.");

        public string FleetName => new UriBuilder(Fleet).UserName;

        public string OwnUser => new UriBuilder(Broker).UserName;

        protected override IReadOnlyList<(string Name, string Role, string[]? Tenants, bool SeesCost, string? BrokerUser)> People => fleet is null
            ? base.People
            : [.. base.People.Where(p => p.Name != "operator"), ("operator", "operator", null, true, OwnUser), ("bound", "fleet", ["own"], false, FleetName)];

        protected override async Task SeedAsync()
        {
            fleet = await TestServers.CreateBrokerUserAsync(Broker);
            await File.WriteAllTextAsync(CredentialsFile, CredentialsOf(People));
        }

        protected override Task ForgetAsync() => fleet is null ? Task.CompletedTask : TestServers.DeleteBrokerUserAsync(fleet);
    }
}
