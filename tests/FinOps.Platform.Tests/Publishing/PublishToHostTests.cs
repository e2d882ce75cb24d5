using System.Text.Json;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>The publisher against the whole platform.</summary>
public sealed class PublishToHostTests(RunningHost host) : IClassFixture<RunningHost>, IDisposable
{
    private const string Deliveries = """
        delivery_seq,arrived_at,event_id,timestamp,source,tenant,api_key,model,input_tokens,output_tokens,reasoning_tokens,image_tokens,status
        0,2026-03-02T00:00:01.000Z,d1,2026-03-02T00:00:00.062Z,fleet-0,t1,k0,m,301,69,9,16,ok
        1,2026-03-02T00:00:02.000Z,d1,2026-03-02T00:00:00.062Z,fleet-0,t2,k0,m,301,69,9,16,ok
        2,2026-03-02T00:00:03.000Z,d1,2026-03-02T00:00:00.062Z,fleet-9,t1,k0,m,301,69,9,16,ok
        3,2026-03-02T00:00:04.000Z,d1,2026-03-02T00:00:00.062Z,fleet-0,t1,k0,m,301,69,9,16,ok
        4,2026-03-02T00:00:05.000Z,d1,2026-03-02T00:00:00.062Z,fleet-0,t1,k0,m,302,69,9,16,ok
        5,2026-03-02T00:00:06.000Z,d2,2026-03-02T00:00:00.062Z,fleet-0,t1,k0,m,5,0,0,16,failed
        6,2026-03-02T00:00:07.000Z,d3,2026-03-02T00:00:00.062Z,fleet-0,t1,k0,m,5,0,0,0,failed

        """;

    private readonly string path = Path.GetTempFileName();

    [Fact]
    public async Task A_file_is_counted_once_over_either_door_and_each_record_has_its_verdict()
    {
        await File.WriteAllTextAsync(path, Deliveries, Now);

        // d2's image tokens are more than its input: quarantined. d3 failed and counts.
        Assert.Equal((7, 4, 1, 1, 1), await PublishAsync(() => new RabbitMqTransport(host.Broker)));
        Assert.Equal((7, 0, 5, 1, 1), await PublishAsync(() => new HttpTransport(host.Url, host.Keys["fleet"])));
        Assert.Equal((7, 0, 5, 1, 1), await PublishAsync(() => new RabbitMqTransport(host.Broker)));
    }

    [Fact]
    public async Task A_key_that_may_not_publish_is_refused()
    {
        await File.WriteAllTextAsync(path, Deliveries, Now);

        var failure = await Assert.ThrowsAsync<RefusedException>(() => PublishAsync(() => new HttpTransport(host.Url, "finops_no-such-key")));

        Assert.Contains("401", failure.Message);
    }

    public void Dispose() => File.Delete(path);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private async Task<(long Read, long Accepted, long Duplicates, long Conflicts, long Quarantined)> PublishAsync(Func<IBatchTransport> transport)
    {
        using var output = new StringWriter();
        var session = new PublishSession(transport, 4, 2, TimeSpan.FromMinutes(2)) { Out = output, Error = TextWriter.Null };
        var plan = new PublishPlan { Files = [new TraceFile(path, new TraceOptions())] };
        await session.RunAsync((publisher, tally) => PublishFiles.RunAsync(plan, publisher, tally, TimeProvider.System, Now), Now);
        var summary = JsonElement.Parse(output.ToString());
        return (Count("read"), Count("accepted"), Count("duplicates"), Count("conflicts"), Count("quarantined"));

        long Count(string name) => summary.GetProperty(name).GetInt64();
    }
}
