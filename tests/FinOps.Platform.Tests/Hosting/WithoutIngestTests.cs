using System.Net;
using System.Net.Http.Json;
using FinOps.Platform.Broker;
using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Hosting;

/// <summary>A process that has every role but ingest takes no usage, from neither door.</summary>
public sealed class WithoutIngestTests(WithoutIngest host) : IClassFixture<WithoutIngest>
{
    [Fact]
    public async Task It_declares_and_consumes_no_usage_queue() =>
        Assert.DoesNotContain(BrokerTopology.UsageQueue, (await TestServers.QueuesAsync(host.Broker)).Select(q => q.Name));

    [Fact]
    public async Task It_has_no_door_for_usage()
    {
        using var answer = await host.Client("fleet").PostAsJsonAsync(
            "/v1/usage", Array.Empty<object>(), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}

/// <summary>All roles but one.</summary>
public sealed class WithoutIngest : RunningHost
{
    protected override Roles Roles => Roles.All & ~Roles.Ingest;
}
