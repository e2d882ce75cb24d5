using System.Net;
using System.Text.Json;
using FinOps.Platform.Broker;
using FinOps.Platform.Tests.Faults;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace FinOps.Platform.Tests.Broker;

/// <summary>The broker takes the consumer's connection away while messages are in hand: what it does when an acknowledgement is overdue.</summary>
public sealed class StalledConsumerTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const int Batches = 200;
    private const int PerBatch = 10;

    [Fact]
    [Trait("Reliability", "T25")]
    public async Task A_consumer_that_stalled_and_was_thrown_out_is_red_comes_back_by_itself_and_loses_and_doubles_nothing()
    {
        await using var database = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var stall = await database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var @lock = new Npgsql.NpgsqlCommand("lock table finops.ingestion_tally in access exclusive mode", database);
        await @lock.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using (var client = await AmqpClient.ConnectAsync(host.Broker))
        {
            await Task.WhenAll(Enumerable.Range(0, Batches).Select(i => client.PublishAsync(Batch("stalled", i), "application/json")));
        }

        await Eventually.SeeAsync(WaitingAsync, waiting => waiting > 0);

        await TestServers.PermitAsync(host.Broker, permitted: false);
        try
        {
            // The broker lists a connection some seconds after it was made, so until it is seen.
            await Eventually.SeeAsync(
                async () =>
                {
                    await TestServers.CloseConnectionsAsync(host.Broker, _ => true);
                    return await ReadyAsync();
                }, status => status == HttpStatusCode.ServiceUnavailable);
        }
        finally
        {
            await stall.RollbackAsync(TestContext.Current.CancellationToken);
            await TestServers.PermitAsync(host.Broker, permitted: true);
        }

        await Eventually.SeeAsync(ReadyAsync, status => status == HttpStatusCode.OK);
        await Eventually.SeeAsync(() => CountedAsync("stalled"), counted => counted == Batches * PerBatch);
        // Whatever is still redelivered is a duplicate.
        await Eventually.SeeAsync(UsageMessagesAsync, messages => messages == 0);
        Assert.Equal(Batches * PerBatch, await CountedAsync("stalled"));
        Assert.Equal(0, await TopologyTests.DeadLettersAsync(host));
    }

    [Fact]
    [Trait("Reliability", "T24")]
    public async Task Batches_with_one_bad_record_each_are_counted_without_it_while_connections_are_cut()
    {
        var (batches, betweenCuts) = (FaultRounds.Of(100, 1_000), FaultRounds.Of(20, 10));
        await using var connection = await new ConnectionFactory { Uri = host.Broker, ClientProvidedName = "the publisher" }
            .CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), TestContext.Current.CancellationToken);
        var cuts = 0;
        for (var batch = 0; batch < batches; batch++)
        {
            await channel.BasicPublishAsync(
                BrokerTopology.UsageReported, "", mandatory: true, new BasicProperties { ContentType = "application/json", Persistent = true },
                Batch("batches", batch, 100, bad: batch % 100), TestContext.Current.CancellationToken);
            if (batch % betweenCuts == betweenCuts / 2) cuts += await CutAsync();
        }

        if (cuts == 0) await Eventually.SeeAsync(CutAsync, closed => closed > 0);
        await Eventually.SeeAsync(() => CountedAsync("batches"), counted => counted == batches * 99);
        await Eventually.SeeAsync(UsageMessagesAsync, messages => messages == 0);
        Assert.Equal(batches * 99, await CountedAsync("batches"));
        Assert.Equal(batches, await NumberAsync("select count(*) from finops.quarantined_record where tenant = 'batches' and reason = 'quantity_negative'"));
        await Eventually.SeeAsync(ReadyAsync, status => status == HttpStatusCode.OK);
        TestContext.Current.SendDiagnosticMessage($"{batches} batches, {cuts} connections cut");
    }

    [Fact]
    [Trait("Reliability", "T25")]
    public async Task Nobody_at_a_queue_of_usage_or_fleets_is_unhealthy()
    {
        var broker = await TestServers.CreateVirtualHostAsync();
        try
        {
            await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(TestContext.Current.CancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
            await BrokerTopology.DeclareAsync(channel, TestContext.Current.CancellationToken);
            await using var health = new UsageConsumerHealth(new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:rabbitmq"] = broker.ToString() }).Build());

            var none = await health.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
            foreach (var queue in BrokerTopology.ConsumedQueues)
                await channel.BasicConsumeAsync(queue, autoAck: false, new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel), TestContext.Current.CancellationToken);
            var both = await health.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

            Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy), (none.Status, both.Status));
            Assert.NotNull(host.Services.GetService<UsageConsumerHealth>());
        }
        finally
        {
            await TestServers.DeleteVirtualHostAsync(broker);
        }
    }

    private Task<int> CutAsync() => TestServers.CloseConnectionsAsync(host.Broker, name => name != "the publisher");

    private static byte[] Batch(string tenant, int batch, int records = PerBatch, int bad = -1) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        batchId = $"{batch}",
        source = "s",
        records = Enumerable.Range(0, records).Select(i => new
        {
            tenant,
            id = $"{batch}-{i}",
            model = $"m{batch % 3}",
            occurredAt = DateTimeOffset.UtcNow,
            quantities = new { output = i == bad ? -1 : 1 },
        }),
    });

    private Task<long> WaitingAsync() =>
        NumberAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");

    private Task<long> CountedAsync(string tenant) =>
        NumberAsync($"select coalesce(sum(records), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = '{tenant}'");

    private async Task<long> NumberAsync(string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<HttpStatusCode> ReadyAsync()
    {
        using var answer = await host.Client(null).GetAsync("/health/ready");
        return answer.StatusCode;
    }

    /// <summary>Asked of the broker: what waits and what is in hand.</summary>
    private async Task<long> UsageMessagesAsync() => (await TestServers.ListAsync(host.Broker, "queues"))
        .Where(q => BrokerTopology.UsageQueues.Contains(q.GetProperty("name").GetString()!))
        .Sum(q => q.TryGetProperty("messages", out var messages) ? messages.GetInt64() : 1);
}
