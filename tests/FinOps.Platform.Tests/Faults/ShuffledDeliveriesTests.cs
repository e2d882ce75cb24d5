using FinOps.Chaos.Load;
using FinOps.Chaos.Runs;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Faults;

/// <summary>A part of the recorded hostile deliveries in other orders; <c>infra/chaos shuffle</c> takes all of them, with 20 seeds.</summary>
public sealed class ShuffledDeliveriesTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Theory]
    [Trait("Reliability", "T2")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_shuffled_deliveries_the_first_arrival_of_each_identity_counts(int seed)
    {
        var deliveries = Deliveries.Read(oneOf: 30);
        Assert.SkipWhen(deliveries is null, "The recorded traces are not there.");

        var result = await ShuffleRun.RunAsync(
            deliveries, seed, () => new RabbitMqTransport(host.Broker),
            (query, variables) => host.DataAsync(query, variables), TestContext.Current.CancellationToken);

        Assert.InRange(result.Deliveries, 15_000, 30_000);
        Assert.True(result.Expected.Duplicates > 1_000 && result.Expected.Conflicts > 10, $"{result.Expected}");
        Assert.Equal(result.Expected, result.Shown);
        Assert.Equal(result.Expected.Counted, result.Answered.Counted);
    }
}
