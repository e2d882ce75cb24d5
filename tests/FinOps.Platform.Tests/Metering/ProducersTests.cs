using System.Text.Json;
using FinOps.Contracts;
using FinOps.Platform.Tests.Fixtures;
using MassTransit;

namespace FinOps.Platform.Tests.Metering;

/// <summary>Whoever speaks AMQP may publish: a .NET fleet with the contract's own types, and a client that knows nothing of .NET.</summary>
public sealed class ProducersTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Fact]
    public async Task A_fleet_with_the_contract_and_a_bus_gets_its_receipt_by_request()
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(broker => broker.Host(host.Broker));
        await bus.StartAsync();
        try
        {
            var answer = await bus.CreateRequestClient<UsageReported>(RequestTimeout.After(ms: (int)Eventually.Patience.TotalMilliseconds)).GetResponse<UsageReceipt>(new UsageReported
            {
                BatchId = "enveloped",
                Source = "gateway",
                Records =
                [
                    new UsageRecord
                    {
                        Tenant = "acme",
                        Id = "1",
                        Model = "m",
                        OccurredAt = DateTimeOffset.UtcNow,
                        Quantities = new Dictionary<string, long?> { [UnitClasses.Output] = 4, [UnitClasses.UncachedInput] = null },
                    },
                ],
            });

            Assert.Equal("enveloped", answer.Message.BatchId);
            Assert.Equal(Verdicts.Accepted, answer.Message.Verdicts.Single().Verdict);
        }
        finally
        {
            await bus.StopAsync();
        }
    }

    [Fact]
    public async Task A_client_in_another_language_publishes_plain_json()
    {
        var folder = Directory.CreateTempSubdirectory("finops-amqplib-").FullName;
        try
        {
            if (await NodeRun.OfAsync(folder, "npm", "install", "--no-audit", "--no-fund", "--silent", "amqplib@0.10") is not { ExitCode: 0 })
                Assert.Skip("Node with npm and the package amqplib are not to be had here.");
            await File.WriteAllTextAsync(Path.Combine(folder, "publish.js"),
                """
                const amqp = require('amqplib');
                (async () => {
                  const connection = await amqp.connect(process.argv[2]);
                  const channel = await connection.createConfirmChannel();
                  const { queue } = await channel.assertQueue('', { exclusive: true });
                  channel.consume(queue, m => { console.log(m.content.toString()); connection.close(); }, { noAck: true });
                  const record = { tenant: 'acme', id: 'from-node', model: 'm', occurredAt: new Date().toISOString(), quantities: { output: 7 } };
                  channel.publish('FinOps.Contracts:UsageReported', '', Buffer.from(JSON.stringify({ batchId: 'node', source: 'node', records: [record] })),
                    { contentType: 'application/json', replyTo: queue, correlationId: '1', mandatory: true, persistent: true });
                  await channel.waitForConfirms();
                })();
                """);

            var answer = await NodeRun.OfAsync(folder, "node", "publish.js", host.Broker.ToString());

            var receipt = JsonElement.Parse(answer!.Output);
            Assert.Equal("accepted", receipt.GetProperty("verdicts")[0].GetProperty("verdict").GetString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
