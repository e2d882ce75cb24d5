using System.Text.Json;
using FinOps.Platform.Graph;
using FinOps.Platform.Tests.Fixtures;
using GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Graph;

[Collection(ProbedHost.Collection)]
public sealed class EngineTests(ProbedHost host)
{
    private static readonly object Whole = new
    {
        name = "n",
        amount = 1.5m,
        kind = "TWO_WORDS",
        parts = new object[] { new { key = "k", rate = "0.30", from = "2026-01-01T00:00:00Z" } },
    };

    [Fact]
    public async Task Input_records_are_read_with_required_members_and_with_constructors()
    {
        var data = await host.DataAsync("query($i: ProbeInput!) { echoInput(input: $i) }", new { i = Whole });
        var ticks = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;
        Assert.Equal($"n 1.5  TwoWords k=0.30@{ticks}", data.GetProperty("echoInput").GetString());
    }

    [Fact]
    public async Task Input_records_are_read_from_literals_too()
    {
        var data = await host.DataAsync("""{ echoInput(input: { name: "n", amount: 0.1, optional: "2", parts: [{ key: "k", rate: 1 }] }) }""");
        Assert.Equal("n 0.1 2  k=1@", data.GetProperty("echoInput").GetString());
    }

    [Theory]
    [InlineData("""{"name": "n", "amount": 1, "tenantId": "acme"}""", "tenantId")]
    [InlineData("""{"name": "n", "amount": 1, "parts": [{"key": "k", "rate": 1, "cost": 0}]}""", "cost")]
    [InlineData("""{"name": "n"}""", "amount")]
    [InlineData("""{"name": null, "amount": 1}""", "name")]
    [InlineData("""{"name": "n", "amount": 1, "kind": "two_words"}""", "kind")]
    [InlineData("""{"name": "n", "amount": "1x"}""", "amount")]
    public async Task An_unknown_missing_or_wrong_input_field_is_refused_and_named(string input, string field)
    {
        var answer = await host.GraphAsync("query($i: ProbeInput!) { echoInput(input: $i) }", new { i = JsonElement.Parse(input) });
        Assert.Equal(400, answer.Status);
        Assert.Null(answer.Data);
        var error = Assert.Single(answer.Errors);
        Assert.Contains(field, $"{error.Field} {error.Message}");
        Assert.NotNull(error.Code);
        Assert.StartsWith("i", error.Field);
    }

    [Fact]
    public async Task Each_rejection_is_an_error_with_its_code_and_field()
    {
        var answer = await host.GraphAsync("{ refused touch }");
        Assert.Equal(200, answer.Status);
        Assert.Equal(
            [("amount_negative", "input.amount", "An amount is not negative."), ("name_missing", "input.name", "A name is needed.")],
            answer.Errors.Select(e => (e.Code!, e.Field!, e.Message)));
        Assert.Equal("touched", answer.Data!.Value.GetProperty("touch").GetString());
    }

    [Fact]
    public async Task What_we_did_not_foresee_shows_a_number_and_nothing_else()
    {
        var answer = await host.GraphAsync("{ crashed }");
        var error = Assert.Single(answer.Errors);
        Assert.Equal("internal_error", error.Code);
        Assert.Matches("error [0-9a-f]{32}", error.Message);
        Assert.DoesNotContain("secret", answer.Text);
        Assert.DoesNotContain("InvalidOperation", answer.Text);
    }

    [Fact]
    public async Task The_viewer_is_the_one_whose_key_was_sent()
    {
        Assert.Equal("acme", (await host.DataAsync("{ whoAmI }", role: "acme")).GetProperty("whoAmI").GetString());
        Assert.Equal("globex", (await host.DataAsync("{ whoAmI }", role: "globex")).GetProperty("whoAmI").GetString());
    }

    [Theory]
    [InlineData("{ whoAmI }")]
    [InlineData("{ touch x: whoAmI }")]
    [InlineData("{ touch ...f } fragment f on Query { whoAmI }")]
    [InlineData("{ ... on Query { ... on Query { whoAmI } } }")]
    [InlineData("query a { touch } query b { whoAmI }", "b")]
    public async Task A_field_that_the_role_may_not_call_refuses_the_whole_document(string query, string? operation = null)
    {
        var before = ProbeQueries.Resolved;
        using var response = await host.Client("operator").PostAsync(
            "/graphql", System.Net.Http.Json.JsonContent.Create(new { query, operationName = operation }), TestContext.Current.CancellationToken);
        var answer = GraphAnswer.Of((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(403, answer.Status);
        Assert.Null(answer.Data);
        Assert.Contains(answer.Errors, e => e is { Code: "forbidden", Field: "whoAmI" });
        Assert.Equal(before, ProbeQueries.Resolved);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(26)]
    public async Task Pages_of_every_size_join_to_the_whole_list(int size)
    {
        var seen = new List<int>();
        string? after = null;
        do
        {
            var page = (await host.DataAsync(
                "query($n: Int, $a: String) { pages(first: $n, after: $a) { nodes { level } edges { cursor } pageInfo { hasNextPage endCursor } } }",
                new { n = size, a = after })).GetProperty("pages");
            seen.AddRange(page.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("level").GetInt32()));
            var info = page.GetProperty("pageInfo");
            Assert.Equal(seen.Count < 25, info.GetProperty("hasNextPage").GetBoolean());
            after = info.GetProperty("endCursor").GetString();
        }
        while (seen.Count < 25);

        Assert.Equal(Enumerable.Range(0, 25), seen);
    }

    [Theory]
    [InlineData("nonsense!")]
    [InlineData("Zm9v")]
    [InlineData("_w")]
    public async Task A_cursor_that_is_none_is_refused(string cursor)
    {
        var answer = await host.GraphAsync("query($a: String) { pages(after: $a) { nodes { level } } }", new { a = cursor });
        Assert.Equal(("cursor_invalid", "after"), (answer.Errors.Single().Code, answer.Errors.Single().Field));
    }

    [Fact]
    public async Task Names_follow_the_house()
    {
        var types = (await host.DataAsync("{ __schema { types { name kind fields { name } enumValues { name } } } }")).GetProperty("__schema").GetProperty("types")
            .EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!);
        Assert.Contains("QuarantineConnection", types.Keys);
        Assert.Contains("QuarantineEdge", types.Keys);
        Assert.Contains("ProbeNodeConnection", types.Keys);
        Assert.Equal(["PLAIN", "TWO_WORDS"], types["ProbeKind"].GetProperty("enumValues").EnumerateArray().Select(v => v.GetProperty("name").GetString()));
        Assert.Equal(["child", "level", "number"], types["ProbeNode"].GetProperty("fields").EnumerateArray().Select(f => f.GetProperty("name").GetString()!).Order());
    }

    [Fact]
    public void A_root_field_without_its_roles_stops_the_start()
    {
        var flaw = Assert.Throws<InvalidOperationException>(() => Schema([typeof(Unstated)]));
        Assert.Contains("lacks [Allow]", flaw.Message);
    }

    [Fact]
    public void Two_root_fields_of_one_name_stop_the_start()
    {
        var flaw = Assert.Throws<InvalidOperationException>(() => Schema([typeof(ProbeQueries), typeof(ProbeQueries)]));
        Assert.Contains("declared twice", flaw.Message);
    }

    internal static FinOpsSchema Schema(IReadOnlyList<Type> queries, IReadOnlyList<Type>? mutations = null)
    {
        var services = new ServiceCollection().AddSingleton<IGraphTypeMappingProvider, TypeMapping>().BuildServiceProvider();
        return new FinOpsSchema(services, new GraphCapabilities(queries, mutations ?? []));
    }

    private sealed class Unstated
    {
        public static string Open() => "to anybody";
    }
}
