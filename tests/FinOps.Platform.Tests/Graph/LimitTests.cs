using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Tests.Graph;

/// <summary>What asks for too much is refused before a resolver runs, and the process lives.</summary>
[Collection(ProbedHost.Collection)]
public sealed class LimitTests(ProbedHost host)
{
    public static TheoryData<string, string> TooMuch => new()
    {
        { "selections 40 KB", Nest("{touch ", "a{", 20_000, "}") },
        { "selections 300 KB", Nest("{", "a{", 150_000, "}") },
        { "list values", "{ touch(text: " + new string('[', 400_000) + new string(']', 400_000) + ") }" },
        { "object values", "{ touch(text: " + Nest("", "{a:", 200_000, "}") + ") }" },
        { "list types", "query($v: " + new string('[', 300_000) + "Int" + new string(']', 300_000) + ") { touch }" },
        { "inline fragments", Nest("{touch ", "...{", 100_000, "}") },
        { "unclosed selections", string.Concat(Enumerable.Repeat("{a", 100_000)) },
        { "fragment cycle", "{ touch ...a } fragment a on Query { ...b } fragment b on Query { ...a }" },
        { "fragment chain", "{ touch ...f0 } " + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"fragment f{i} on Query {{...f{i + 1}}}")) },
        { "fragments that double", "{ nested { ...f0 } } " + string.Concat(Enumerable.Range(0, 40).Select(i =>
            $"fragment f{i} on ProbeNode {{ a: child {{ ...f{i + 1} }} b: child {{ ...f{i + 1} }} }} ")) + "fragment f40 on ProbeNode { level }" },
        { "depth", "{ touch nested " + string.Concat(Enumerable.Repeat("{ child ", Limits.GraphDepth)) + "{ level }" + new string('}', Limits.GraphDepth + 1) },
        { "one field over the limit", "{" + string.Concat(Enumerable.Repeat(" touch", Limits.GraphFields + 1)) + " }" },
        { "1,000 aliases", "{" + string.Concat(Enumerable.Range(0, 1_000).Select(i => $" a{i}: touch")) + " }" },
        { "directives", "{ touch " + string.Concat(Enumerable.Repeat("@include(if: true) ", 1_000)) + "}" },
        { "unknown directives", "{ touch " + string.Concat(Enumerable.Repeat("@no ", 100_000)) + "}" },
        { "operations", string.Concat(Enumerable.Range(0, 1_000).Select(i => $"query q{i} {{ touch }} ")) },
        { "arguments", "{ touch(" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"a{i}:1 ")) + ") }" },
        { "the same argument", "{ touch(" + string.Concat(Enumerable.Repeat("text:1 ", 60_000)) + ") }" },
        { "variables", "query(" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"$a{i}:Int ")) + ") { touch }" },
        { "fields of an object value", "{ echoInput(input: {" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"a{i}:1 ")) + "}) }" },
        { "pages that are too large together", "{ touch " + string.Concat(Enumerable.Range(0, 5).Select(i => $"p{i}: pages(first: 1000) {{ nodes {{ level }} }} ")) + "}" },
        { "a page of a million", "{ touch pages(first: 1000000) { nodes { level } } }" },
        { "a negative page", "{ touch pages(first: -1) { nodes { level } } }" },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public async Task A_document_that_asks_for_too_much_is_refused_before_a_resolver_runs(string what, string query)
    {
        var before = ProbeQueries.Resolved;
        for (var i = 0; i < 20; i++)
        {
            var answer = await host.GraphAsync(query);
            Assert.True(answer.Status == 400, $"{what}: HTTP {answer.Status} {Start(answer.Text)}");
            Assert.Null(answer.Data);
            Assert.NotEmpty(answer.Errors);
        }

        Assert.Equal(before, ProbeQueries.Resolved);
        await AliveAsync();
    }

    [Fact]
    public async Task A_page_of_a_million_is_refused_as_a_variable_too()
    {
        var before = ProbeQueries.Resolved;
        var answer = await host.GraphAsync("query($n: Int) { pages(first: $n) { nodes { level } } }", new { n = 1_000_000 });
        Assert.Equal((400, "page_size", "first"), (answer.Status, answer.Errors.Single().Code, answer.Errors.Single().Field));
        Assert.Equal(before, ProbeQueries.Resolved);
    }

    [Fact]
    public async Task What_lies_exactly_at_the_limits_is_answered()
    {
        await host.DataAsync("{" + string.Concat(Enumerable.Repeat(" touch", Limits.GraphFields)) + " }");
        await host.DataAsync("{" + string.Concat(Enumerable.Range(0, Limits.GraphAliases).Select(i => $" a{i}: touch")) + " }");
        await host.DataAsync("{ nested " + string.Concat(Enumerable.Repeat("{ child ", Limits.GraphDepth - 2)) + "{ level }" + new string('}', Limits.GraphDepth - 1));
        await host.DataAsync($"{{ pages(first: {Limits.PageSize}) {{ nodes {{ level }} }} }}");
        await host.DataAsync(Introspection);
    }

    [Theory]
    [InlineData("lists")]
    [InlineData("objects")]
    public async Task Deeply_nested_variables_are_refused(string kind)
    {
        var nested = kind == "lists" ? new string('[', 100_000) + new string(']', 100_000) : Nest("", "{\"a\":", 100_000, "}", "1");
        var answer = await PostAsync($$$"""{"query": "{ touch }", "variables": {"v": {{{nested}}}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer);
        await AliveAsync();
    }

    [Theory]
    [InlineData("unknown fields")]
    [InlineData("list")]
    [InlineData("unknown variables")]
    public async Task Variables_of_a_megabyte_take_no_longer_than_reading_them(string kind)
    {
        var variables = kind switch
        {
            "list" => """{"v": {"name": "n", "amount": 1, "parts": [""" + string.Join(",", Enumerable.Repeat("""{"key":"k","rate":"x"}""", 40_000)) + "]}}",
            "unknown fields" => """{"v": {"name": "n", "amount": 1""" + string.Concat(Enumerable.Range(0, 80_000).Select(i => $",\"f{i}\":1")) + "}}",
            _ => """{"v": {"name": "n", "amount": 1}""" + string.Concat(Enumerable.Range(0, 80_000).Select(i => $",\"f{i}\":1")) + "}",
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Fixtures.Eventually.Patience);
        using var body = new StringContent($$"""{"query": "query($v: ProbeInput!) { echoInput(input: $v) }", "variables": {{variables}}}""", Encoding.UTF8, "application/json");
        using var answer = await host.Client("operator").PostAsync("/graphql", body, patience.Token);
        var text = await answer.Content.ReadAsStringAsync(patience.Token);
        Assert.Equal(kind != "unknown variables", text.Contains("errors", StringComparison.Ordinal));
        Assert.True(text.Length < 100_000, $"{text.Length} characters of answer");
    }

    [Fact]
    public async Task A_batch_a_large_body_and_a_compressed_body_are_refused()
    {
        var before = ProbeQueries.Resolved;
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("[" + string.Join(",", Enumerable.Repeat("""{"query":"{touch}"}""", 11)) + "]"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("""[{"query":"{touch}"}]"""));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync("""{"query":"{touch}","x":" """ + new string(' ', Limits.GraphBodyBytes) + "\"}"));
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionMode.Compress, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes("""{"query":"{touch}"}"""), TestContext.Current.CancellationToken);
        using var content = new ByteArrayContent(compressed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await host.Client("operator").PostAsync("/graphql", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal(before, ProbeQueries.Resolved);
        await AliveAsync();
    }

    private async Task<HttpStatusCode> PostAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        // A refused body is not read to its end: who sends it waits for the answer first, or finds the connection closed.
        request.Headers.ExpectContinue = true;
        using var answer = await host.Client("operator").SendAsync(request);
        return answer.StatusCode;
    }

    private async Task AliveAsync() => Assert.Equal("touched", (await host.DataAsync("{ touch }")).GetProperty("touch").GetString());

    private static string Nest(string start, string open, int times, string close, string inner = "a") =>
        new StringBuilder(start).Insert(start.Length, open, times).Append(inner).Insert(start.Length + open.Length * times + inner.Length, close, times)
            .Append(start.Contains('{', StringComparison.Ordinal) ? "}" : "").ToString();

    private static string Start(string text) => text.Length <= 300 ? text : text[..300];

    /// <summary>What common tools ask by default.</summary>
    private const string Introspection =
        """
        query IntrospectionQuery { __schema { queryType { name kind } mutationType { name kind } subscriptionType { name kind }
          types { ...FullType } directives { name description isRepeatable locations args { ...InputValue } } } }
        fragment FullType on __Type { kind name description
          fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
          inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
          enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
        fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
          kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }
        """;
}
