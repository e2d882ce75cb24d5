using System.Text.Json.Nodes;
using FinOps.Platform.Alerts;
using FinOps.Platform.Budgets;
using FinOps.Platform.CostImports;
using FinOps.Platform.Fleets;
using FinOps.Platform.Metering;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reratings;
using FinOps.Platform.Reservations;
using FinOps.Platform.Storage;
using JasperFx.Events;
using Marten;

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>
/// Events live for ever: each stored version has an example in `Fixtures/Events/ALIAS.json`, and one more in `ALIAS.WORD.json` where a version
/// grew, that must still be read, and written back with the same content. A new event type without an example fails here.
/// </summary>
public sealed class StoredEventsTests
{
    private static readonly StoreOptions Options =
        StorageModule.Options("Host=unused", store => store.Metering().Pricing().Fleets().CostImports().Reratings().Budgets().Alerts().Reservations());

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Fixtures", "Events");

    public static TheoryData<string> Aliases => [.. ((IReadOnlyStoreOptions)Options).Events.AllKnownEventTypes().Where(IsOurs).Select(e => e.EventTypeName).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_stored_event_is_read_and_written_back_as_it_was(string example)
    {
        var alias = AliasOf(example);
        var type = ((IReadOnlyStoreOptions)Options).Events.AllKnownEventTypes().Single(e => e.EventTypeName == alias).EventType;
        var text = File.ReadAllText(Path.Combine(Folder, $"{example}.json"));

        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        var read = Options.Serializer().FromJson(type, stream);
        var written = Options.Serializer().ToCleanJson(read);

        Assert.True(JsonNode.DeepEquals(WithoutNulls(JsonNode.Parse(text)), WithoutNulls(JsonNode.Parse(written))), written);
    }

    [Fact]
    public void Every_example_belongs_to_a_known_event() =>
        Assert.Equal(Aliases.Select(row => row.Data).ToHashSet(), Examples.Select(row => AliasOf(row.Data)).ToHashSet());

    [Fact]
    public void Aliases_carry_their_version() =>
        Assert.All(Aliases.Select(row => row.Data), alias => Assert.Matches("^[a-z_]+_v[0-9]+$", alias));

    /// <summary>A property that is null and one that is not there say the same.</summary>
    private static JsonNode? WithoutNulls(JsonNode? node)
    {
        if (node is JsonObject properties)
        {
            foreach (var name in properties.Where(p => p.Value is null).Select(p => p.Key).ToList()) properties.Remove(name);
            foreach (var (_, value) in properties) WithoutNulls(value);
        }

        if (node is JsonArray items)
        {
            foreach (var item in items) WithoutNulls(item);
        }

        return node;
    }

    private static string AliasOf(string example) => example.Split('.')[0];

    private static bool IsOurs(IEventType type) => type.EventType.Namespace?.StartsWith("FinOps", StringComparison.Ordinal) == true;
}
