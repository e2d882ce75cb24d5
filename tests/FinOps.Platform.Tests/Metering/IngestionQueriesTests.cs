using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Graph;

namespace FinOps.Platform.Tests.Metering;

public sealed class IngestionQueriesTests(IngestionQueriesTests.Host host) : IClassFixture<IngestionQueriesTests.Host>
{
    [Theory]
    [InlineData("operator", 503117 + 704931, 2)]
    [InlineData("finance", 503117 + 704931, 2)]
    [InlineData("acme", 503117, null)]
    [InlineData("globex", 704931, null)]
    public async Task The_tally_is_that_of_the_tenants_that_the_viewer_may_see(string role, long each, int? deadLettered)
    {
        var tally = (await host.DataAsync("{ ingestion { accepted duplicates conflicts quarantined deadLettered lastCommitAt } }", role: role)).GetProperty("ingestion");
        foreach (var verdict in new[] { "accepted", "duplicates", "conflicts", "quarantined" }) Assert.Equal(each, tally.GetProperty(verdict).GetInt64());
        var dead = tally.GetProperty("deadLettered");
        Assert.Equal(deadLettered, dead.ValueKind == JsonValueKind.Null ? null : dead.GetInt32());
        Assert.EndsWith("Z", tally.GetProperty("lastCommitAt").GetString());
    }

    [Theory]
    [InlineData("operator", 15)]
    [InlineData("acme", 7)]
    public async Task The_quarantine_is_paged_through_without_a_gap(string role, int records)
    {
        foreach (var size in new[] { 1, 2, records - 1, records, records + 1 })
        {
            var ids = new List<string>();
            string? after = null;
            bool more;
            do
            {
                var page = (await host.DataAsync(
                    "query($n: Int, $a: String) { quarantine(first: $n, after: $a) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }",
                    new { n = size, a = after }, role)).GetProperty("quarantine");
                ids.AddRange(page.GetProperty("edges").EnumerateArray().Select(e => e.GetProperty("node").GetProperty("id").GetString()!));
                more = page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean();
                after = page.GetProperty("pageInfo").GetProperty("endCursor").GetString();
            }
            while (more);

            Assert.Equal(records, ids.Count);
            Assert.Equal(ids.Distinct().OrderBy(long.Parse), ids);
        }
    }

    [Fact]
    public async Task A_quarantined_record_is_shown_as_it_came_with_its_reason()
    {
        var record = (await host.DataAsync(
            "{ quarantine(first: 1) { nodes { receivedAt tenant source recordId batchId backfill reason field message record } } }", role: "acme"))
            .GetProperty("quarantine").GetProperty("nodes")[0];
        Assert.Equal("quantity_negative", record.GetProperty("reason").GetString());
        Assert.Equal("quantities.output", record.GetProperty("field").GetString());
        Assert.Equal("""{"tenant":"acme","note":"canary-of-acme"}""", record.GetProperty("record").GetString());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("backfill").ValueKind);
    }

    [Fact]
    public async Task Conflicts_and_dead_letters_are_listed()
    {
        var data = await host.DataAsync("{ conflicts { nodes { tenant model record } } deadLetters { nodes { queue reason bodyBytes bodyStart } } }");
        Assert.Equal(6, data.GetProperty("conflicts").GetProperty("nodes").GetArrayLength());
        var letters = data.GetProperty("deadLetters").GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(["canary-of-acme", "canary-of-globex"], letters.Select(l => l.GetProperty("bodyStart").GetString()!).Order());
        Assert.Equal("canary-of-acme".Length, letters[0].GetProperty("bodyBytes").GetInt64());
    }

    [Theory]
    [InlineData("finance")]
    [InlineData("acme")]
    [InlineData("fleet")]
    public async Task Dead_letters_are_the_operators_alone(string role)
    {
        var answer = await host.GraphAsync("{ deadLetters { nodes { bodyStart } } }", role: role);
        Assert.Equal((403, "forbidden"), (answer.Status, answer.Errors.Single().Code));
    }

    public sealed class Host : RunningHost
    {
        protected override Task SeedAsync() => Canaries.WriteAsync(Database);
    }
}
