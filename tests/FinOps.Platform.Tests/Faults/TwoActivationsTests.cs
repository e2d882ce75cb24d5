using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using FinOps.Platform.Tests.Broker;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;

namespace FinOps.Platform.Tests.Faults;

/// <summary>
/// Two clusters that know nothing of each other on one database and one broker: every meter has two activations for as long as the test
/// lasts, which is the worst that a partition between silos can do.
/// </summary>
public sealed class TwoActivationsTests(TwoActivationsTests.FirstHost first) : IClassFixture<TwoActivationsTests.FirstHost>
{
    /// <summary>The same in all records, whatever midnight passes: another time is another content.</summary>
    private static readonly DateTime Today = DateTimeOffset.UtcNow.Date;

    private const int Meters = 3;
    private const int Ids = 1_500;

    [Fact]
    [Trait("Reliability", "T16")]
    public async Task Two_activations_of_every_meter_under_load_lose_nothing_and_double_nothing_because_stale_ones_are_refused()
    {
        await using var second = new SecondHost(first);
        await second.InitializeAsync();
        var refused = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == AwakeMeter.StaleFlushes) own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref refused, count));
        listener.Start();
        await using var amqp = await AmqpClient.ConnectAsync(first.Broker);

        // Each id comes four times, through both clusters' doors and the broker that feeds both.
        var senders = Batches().SelectMany(batch => new Func<Task>[]
        {
            () => PostAsync(first, batch),
            () => PostAsync(second, batch),
            () => amqp.ReportAsync(JsonSerializer.Serialize(new { batchId = "b", source = "s", records = batch })),
            () => PostAsync(second, batch),
        });
        await Parallel.ForEachAsync(senders, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (send, _) => await send());

        Assert.Equal(Ids, await CountedAsync());
        var stored = await StoredUsage.OfAsync(first, "split");
        Assert.Equal((Ids, Ids), (stored.Count, stored.Select(r => r.Id).Distinct().Count()));
        Assert.True(refused > 0, "No stale version was refused: each meter had one activation.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} stale flushes were refused");
        await BothTellWhatIsCommittedAsync(second);
    }

    /// <summary>An activation whose version is old tells what was committed then; once it has written, it tells all.</summary>
    private async Task BothTellWhatIsCommittedAsync(SecondHost second)
    {
        foreach (var host in new[] { first, (RunningHost)second })
        {
            await PostAsync(host, [.. Enumerable.Range(0, Meters).Select(m => Record($"last-{host.Url.Port}-{m}", m))]);
            var shown = 0L;
            for (var m = 0; m < Meters; m++)
            {
                var data = await host.DataAsync($$"""{ meter(tenant: "split", model: "m{{m}}") { records } }""");
                shown += data.GetProperty("meter").GetProperty("records").GetInt64();
            }

            Assert.Equal(await CountedAsync(), shown);
        }
    }

    private static IEnumerable<object[]> Batches() => Enumerable.Range(0, Ids).Select(i => Record($"{i}", i % Meters)).Chunk(5);

    private static object Record(string id, int meter) => new
    {
        tenant = "split",
        id,
        source = "s",
        model = $"m{meter}",
        fleet = "f1",
        occurredAt = Today,
        quantities = new { output = 2 },
    };

    private static async Task PostAsync(RunningHost host, object[] records)
    {
        while (true)
        {
            using var answer = await host.Client("fleet").PostAsJsonAsync("/v1/usage", records);
            if (answer.StatusCode == HttpStatusCode.OK) return;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    private async Task<long> CountedAsync()
    {
        await using var command = first.Database.CreateCommand(
            "select sum(records)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = 'split'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The one whose servers both use.</summary>
    public sealed class FirstHost : RunningHost;

    /// <summary>A cluster of its own on the other's database and broker.</summary>
    private sealed class SecondHost(FirstHost first) : RunningHost
    {
        // One process can run the jobs of one host only.
        protected override Roles Roles => Roles.All & ~Roles.Jobs;

        protected override void Configure(WebApplicationBuilder builder)
        {
            builder.Configuration["ConnectionStrings:postgres"] = first.ConnectionString;
            builder.Configuration["ConnectionStrings:rabbitmq"] = first.Broker.ToString();
            builder.Configuration["Cluster:ClusterId"] = "another";
        }
    }
}
