using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Broker;

public sealed class RecordUsageOverAmqpTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Fact]
    public async Task Plain_json_is_accepted_and_answered_with_a_verdict_per_record()
    {
        await using var client = await AmqpClient.ConnectAsync(host.Broker);
        var now = DateTimeOffset.UtcNow;
        string Record(string id, string rest) =>
            $$"""{"tenant":"acme","id":"{{id}}","model":"m","fleet":"f1","occurredAt":"{{now:o}}",{{rest}}}""";
        var batch = $$"""
            {"schemaVersion":1,"batchId":"b1","source":"s1","records":[
              {{Record("1", "\"quantities\":{\"uncachedInput\":10,\"output\":4}")}},
              {{Record("1", "\"quantities\":{\"uncachedInput\":10,\"output\":4}")}},
              {{Record("1", "\"quantities\":{\"uncachedInput\":11,\"output\":4}")}},
              {{Record("2", "\"quantities\":{\"inputTotal\":10,\"image\":12}")}},
              {{Record("3", "\"quantities\":{\"uncachedInput\":\"ten\"}")}},
              17
            ]}
            """;

        var receipt = await client.ReportAsync(batch);

        Assert.Equal("b1", receipt.GetProperty("batchId").GetString());
        Assert.Equal(
            ["accepted", "duplicate", "conflict", "quarantined", "quarantined", "quarantined"],
            receipt.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("verdict").GetString()));
        Assert.Equal(
            ["content_differs", "part_larger_than_whole", "quantity_invalid", "record_not_an_object"],
            receipt.GetProperty("verdicts").EnumerateArray().Skip(2).Select(v => v.GetProperty("reason").GetString()));
    }
}
