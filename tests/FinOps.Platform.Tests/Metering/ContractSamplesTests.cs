using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Contracts;
using FinOps.Platform.Metering;

namespace FinOps.Platform.Tests.Metering;

public sealed class ContractSamplesTests
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    [Theory]
    [InlineData(typeof(UsageReported))]
    [InlineData(typeof(UsageReceipt))]
    [InlineData(typeof(FleetReported))]
    [InlineData(typeof(FleetReceipt))]
    [InlineData(typeof(BudgetAlertRaised))]
    public void A_sample_is_what_its_message_says(Type message)
    {
        var text = Sample(message.Name);
        var read = JsonSerializer.Deserialize(text, message, Wire);

        Assert.Equal(Leaves(JsonNode.Parse(text)), Leaves(JsonSerializer.SerializeToNode(read, message, Wire)));
    }

    [Fact]
    public void The_usage_sample_is_read_as_it_was_meant()
    {
        var batch = ReadBody.Message(Encoding.UTF8.GetBytes(Sample(nameof(UsageReported))), enveloped: false);

        Assert.Equal(("gateway-7-000042", "gateway-7"), (batch.BatchId, batch.Source));
        Assert.Equal(["req-0001", "req-0002"], batch.Records.Select(r => r.Record.Id));
        Assert.Equal(1234567, batch.Records[0].Record.OccurredAt!.Value.Ticks % TimeSpan.TicksPerSecond);
        Assert.Contains(batch.Records[1].Record.Quantities!, q => q is { Key: "uncachedInput", Value: null });
        Assert.All(batch.Records, r => Assert.Null(r.Record.Unreadable));
    }

    private static string Sample(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", $"{name}.json"));

    /// <summary>Paths with values; instants and numbers by what they mean, and nulls inside a map as such.</summary>
    private static IEnumerable<string> Leaves(JsonNode? node, string path = "") => node switch
    {
        JsonObject o => o.SelectMany(p => Leaves(p.Value, $"{path}.{p.Key}")).Order(StringComparer.Ordinal),
        JsonArray a => a.SelectMany((n, i) => Leaves(n, $"{path}[{i}]")),
        null => [$"{path}=null"],
        JsonValue v when v.TryGetValue<DateTimeOffset>(out var instant) => [$"{path}={instant.UtcTicks}"],
        _ => [$"{path}={node.ToJsonString()}"],
    };
}
