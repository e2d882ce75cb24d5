using System.Text.Json;
using FinOps.Host.Publishing;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>Alerts and their records under late, repeated and conflicting deliveries.</summary>
public sealed class DeliveredCrossingsTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Fact]
    public async Task A_hostile_delivery_schedule_fires_each_threshold_once_and_names_the_records_that_crossed_them()
    {
        await TracePrices.SetAsync(host);
        var crossings = new CrossingAnswers(host, "servegen_deliveries_budget_crossings.csv.gz");
        await crossings.CreateAsync();

        using var output = new StringWriter();
        var session = new PublishSession(() => new RabbitMqTransport(host.Broker), 16, 200, TimeSpan.FromMinutes(2)) { Out = output, Error = TextWriter.Null };
        var plan = new PublishPlan { Files = [new TraceFile(RecordedTraces.File("servegen_deliveries.csv.gz"), new TraceOptions())] };
        await session.RunAsync((publisher, tally) => PublishFiles.RunAsync(plan, publisher, tally, TimeProvider.System, default), default);

        Assert.Equal(602_438, JsonElement.Parse(output.ToString()).GetProperty("accepted").GetInt64());
        await crossings.CheckAsync();
    }
}
