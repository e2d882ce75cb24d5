using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FinOps.Platform.Broker;
using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace FinOps.Platform.Tests.Broker;

/// <summary>The broker against the topology as data, through the broker's own description of itself.</summary>
public sealed class TopologyTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Fact]
    [Trait("Reliability", "T23")]
    public async Task The_broker_has_what_the_topology_says_and_nothing_else()
    {
        // One message on each way, so that whatever is made on first use is made.
        await using var client = await AmqpClient.ConnectAsync(host.Broker);
        await client.PublishAsync("{"u8.ToArray(), "application/json");
        await client.PublishAsync(Skipped, "application/vnd.masstransit+json");
        await client.ReportAsync($$"""{"batchId":"b","source":"s","records":[{"tenant":"acme","id":"1","model":"m","occurredAt":"{{DateTimeOffset.UtcNow:o}}","quantities":{"output":1} }]}""");
        await Eventually.SeeAsync(() => DeadLettersAsync(host), count => count >= 2);

        var exchanges = (await TestServers.ListAsync(host.Broker, "exchanges")).Where(e => !IsBrokersOwn(Text(e, "name"))).ToList();
        Assert.Equal(BrokerTopology.Exchanges.Order(StringComparer.Ordinal), exchanges.Select(e => Text(e, "name")).Order(StringComparer.Ordinal));
        Assert.All(exchanges, e => Assert.Equal(("fanout", true, false), (Text(e, "type"), e.GetProperty("durable").GetBoolean(), e.GetProperty("auto_delete").GetBoolean())));

        var queues = (await TestServers.ListAsync(host.Broker, "queues")).Where(q => !IsBrokersOwn(Text(q, "name"))).ToList();
        Assert.Equal(BrokerTopology.Queues.Keys.Order(StringComparer.Ordinal), queues.Select(q => Text(q, "name")).Order(StringComparer.Ordinal));
        foreach (var queue in queues)
        {
            var arguments = queue.GetProperty("arguments").EnumerateObject().ToDictionary(a => a.Name, a => a.Value.ToString());
            var said = BrokerTopology.Queues[Text(queue, "name")].ToDictionary(a => a.Key, a => string.Create(CultureInfo.InvariantCulture, $"{a.Value}"));
            Assert.Equal(said.OrderBy(a => a.Key), arguments.OrderBy(a => a.Key));
            Assert.True(queue.GetProperty("durable").GetBoolean());
        }

        var bindings = (await TestServers.ListAsync(host.Broker, "bindings"))
            .Where(b => Text(b, "source").Length > 0 && !IsBrokersOwn(Text(b, "source")))
            .Select(b => new DeclaredBinding(Text(b, "source"), Text(b, "destination"), Text(b, "destination_type") == "queue"));
        Assert.Equal(BrokerTopology.Bindings.OrderBy(b => b.From, StringComparer.Ordinal), bindings.OrderBy(b => b.From, StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Reliability", "T23")]
    public void Every_queue_is_a_bounded_quorum_queue_with_a_delivery_limit_and_all_but_the_last_know_where_the_dead_go()
    {
        foreach (var (name, arguments) in BrokerTopology.Queues)
        {
            Assert.Equal("quorum", arguments["x-queue-type"]);
            Assert.Equal("reject-publish", arguments["x-overflow"]);
            Assert.True((long)arguments["x-max-length-bytes"] > 0);
            Assert.True((int)arguments["x-delivery-limit"] > 0);
            if (BrokerTopology.DeadLetterQueues.Contains(name))
            {
                Assert.DoesNotContain("x-dead-letter-exchange", arguments.Keys);
                continue;
            }

            Assert.Equal("at-least-once", arguments["x-dead-letter-strategy"]);
            Assert.Contains((string)arguments["x-dead-letter-exchange"], BrokerTopology.Exchanges);
        }

        Assert.Contains(BrokerTopology.Queues.Keys, BrokerTopology.DeadLetterQueues.Contains);
        Assert.All(BrokerTopology.Queues.Keys, queue => Assert.Contains(new DeclaredBinding(queue, queue, true), BrokerTopology.Bindings));
    }

    [Fact]
    [Trait("Reliability", "T25")]
    public async Task A_message_is_held_for_less_long_than_the_broker_waits_for_its_acknowledgement()
    {
        var settings = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "infra", "rabbitmq.conf"), TestContext.Current.CancellationToken);
        var set = Regex.Match(settings, @"^consumer_timeout = (\d+)$", RegexOptions.Multiline).Groups[1].Value;
        Assert.Equal(Limits.BrokerPatience, TimeSpan.FromMilliseconds(long.Parse(set, CultureInfo.InvariantCulture)));

        Assert.True((Limits.BrokerRetries + 1) * (Limits.BrokerTry + Limits.BrokerLongestPause) < Limits.BrokerPatience);
        // Where the books refuse at once, it is the broker's default that must not run out.
        Assert.True(Limits.BrokerRetries * Limits.BrokerLongestPause < TimeSpan.FromMinutes(30));
    }

    [Fact]
    [Trait("Reliability", "T23")]
    public async Task A_publish_that_nobody_takes_is_an_error_to_its_sender()
    {
        await using var connection = await new ConnectionFactory { Uri = host.Broker }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), TestContext.Current.CancellationToken);
        await channel.ExchangeUnbindAsync(BrokerTopology.UsageQueue, BrokerTopology.UsageReported, "", cancellationToken: TestContext.Current.CancellationToken);
        try
        {
            await using var client = await AmqpClient.ConnectAsync(host.Broker);
            var refused = await Assert.ThrowsAnyAsync<PublishException>(() => client.PublishAsync("{}"u8.ToArray(), "application/json"));
            Assert.True(refused.IsReturn);
        }
        finally
        {
            await BrokerTopology.DeclareAsync(channel, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    [Trait("Reliability", "T23")]
    public async Task What_cannot_be_buried_stays_in_the_usage_queue_until_it_can()
    {
        await using var connection = await new ConnectionFactory { Uri = host.Broker }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var before = await DeadLettersAsync(host);
        await channel.QueueUnbindAsync(BrokerTopology.Errors, BrokerTopology.Errors, "", cancellationToken: TestContext.Current.CancellationToken);
        await using var client = await AmqpClient.ConnectAsync(host.Broker);
        await client.PublishAsync("{"u8.ToArray(), "application/json");
        // Refused there, it comes back, becomes a suspect, and ends behind the door that the broker has.
        await Eventually.SeeAsync(() => DeadLettersAsync(host), count => count == before + 1);
        await BrokerTopology.DeclareAsync(channel, TestContext.Current.CancellationToken);
        await using var command = host.Database.CreateCommand("select reason || ' ' || queue from finops.dead_letter order by id desc limit 1");
        Assert.Equal($"delivery_limit {BrokerTopology.DeadLetters}", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_queue_with_other_arguments_stops_the_start_and_says_what_to_do()
    {
        var broker = await TestServers.CreateVirtualHostAsync();
        try
        {
            await using (var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(TestContext.Current.CancellationToken))
            {
                await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
                await channel.QueueDeclareAsync(
                    BrokerTopology.DeadLetters, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" },
                    cancellationToken: TestContext.Current.CancellationToken);
            }

            var configuration = new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:rabbitmq"] = broker.ToString() }).Build();
            var declare = new DeclareTopology(configuration, TimeProvider.System, NullLogger<DeclareTopology>.Instance);
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => declare.StartAsync(TestContext.Current.CancellationToken));
            Assert.Contains(BrokerTopology.DeadLetters, refused.Message, StringComparison.Ordinal);
            Assert.Contains("delete_queue", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            await TestServers.DeleteVirtualHostAsync(broker);
        }
    }

    /// <summary>An envelope of a message that nobody here consumes.</summary>
    private static readonly byte[] Skipped =
        """{"messageId":"0b0f2d8e-0000-4000-8000-000000000001","messageType":["urn:message:Other:Thing"],"message":{}}"""u8.ToArray();

    internal static async Task<long> DeadLettersAsync(RunningHost host)
    {
        await using var command = host.Database.CreateCommand("select count(*) from finops.dead_letter");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static bool IsBrokersOwn(string name) => name.Length == 0 || name.StartsWith("amq.", StringComparison.Ordinal);
}
