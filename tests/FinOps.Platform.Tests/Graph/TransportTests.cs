using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Graph;

/// <summary>GraphQL over HTTP, as the specification has it.</summary>
[Collection(ProbedHost.Collection)]
public sealed class TransportTests(ProbedHost host)
{
    private const string GraphResponse = "application/graphql-response+json";
    private const string Json = "application/json";

    [Theory]
    [InlineData(null, Json)]
    [InlineData("*/*", Json)]
    [InlineData("application/*", Json)]
    [InlineData(Json, Json)]
    [InlineData(GraphResponse, GraphResponse)]
    [InlineData("application/graphql-response+json; charset=utf-8, application/json;q=0.9", GraphResponse)]
    [InlineData("application/json, application/graphql-response+json;q=0.5", Json)]
    [InlineData("application/json;q=0, application/graphql-response+json", GraphResponse)]
    public async Task The_answers_form_is_the_one_the_client_prefers(string? accept, string mediaType)
    {
        using var answer = await SendAsync(Post("""{"query":"{ touch }"}"""), accept);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(mediaType, answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("utf-8", answer.Content.Headers.ContentType?.CharSet);
        Assert.Equal("""{"data":{"touch":"touched"}}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_client_that_takes_neither_form_is_told()
    {
        using var answer = await SendAsync(Post("""{"query":"{ touch }"}"""), "image/png");
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/graphql")]
    public async Task A_body_that_is_not_json_is_refused_so_that_no_form_of_another_site_can_send_it(string contentType)
    {
        var request = Post("""{"query":"{ touch }"}""");
        request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var answer = await SendAsync(request, GraphResponse);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    [InlineData("null", "body")]
    [InlineData("\"{ touch }\"", "body")]
    [InlineData("{}", "query")]
    [InlineData("""{"query":""}""", "query")]
    [InlineData("""{"query":1}""", "query")]
    [InlineData("""{"query":"{ touch }","operationName":1}""", "operationName")]
    [InlineData("""{"query":"{ touch }","variables":[]}""", "variables")]
    [InlineData("""{"query":"{ touch }","variables":"{}"}""", "variables")]
    [InlineData("""{"query":"{ touch }","extensions":[]}""", "extensions")]
    [InlineData("""{"query":"{ touch }","query":"{ crashed }"}""", "body")]
    public async Task A_malformed_request_is_refused_in_either_form(string body, string field)
    {
        foreach (var accept in new[] { Json, GraphResponse })
        {
            using var response = await SendAsync(Post(body), accept);
            var answer = await ReadAsync(response);
            Assert.Equal(400, answer.Status);
            Assert.Null(answer.Data);
            Assert.Equal(("invalid_request", field), (answer.Errors.Single().Code, answer.Errors.Single().Field));
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{ nothing }")]
    [InlineData("query($v: Long!) { echoLong(value: $v) }")]
    [InlineData("query a { touch } query b { touch }")]
    [InlineData("fragment f on Query { touch }")]
    [InlineData("subscription { touch }")]
    public async Task A_document_that_is_not_executed_is_400_or_for_old_clients_200(string query)
    {
        var body = System.Text.Json.JsonSerializer.Serialize(new { query });
        using var now = await SendAsync(Post(body), GraphResponse);
        Assert.Equal(HttpStatusCode.BadRequest, now.StatusCode);
        Assert.Null((await ReadAsync(now)).Data);
        Assert.DoesNotContain("\"data\"", (await ReadAsync(now)).Text);
        using var old = await SendAsync(Post(body), Json);
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        Assert.NotEmpty((await ReadAsync(old)).Errors);
    }

    [Fact]
    public async Task Get_asks_queries_with_variables_in_the_url()
    {
        var query = Uri.EscapeDataString("query a($t: String) { touch(text: $t) } query b { x: touch }");
        var variables = Uri.EscapeDataString("""{"t":"ü"}""");
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/graphql?query={query}&operationName=a&variables={variables}"), GraphResponse);
        Assert.Equal("ü", (await ReadAsync(answer)).Data!.Value.GetProperty("touch").GetString());
    }

    [Theory]
    [InlineData("mutation { bump }", null)]
    [InlineData("query a { touch } mutation b { bump }", "b")]
    [InlineData("mutation b { bump } query a { touch }", "b")]
    public async Task Get_never_changes_anything(string query, string? operation)
    {
        var before = ProbeMutations.Bumped;
        var url = $"/graphql?query={Uri.EscapeDataString(query)}" + (operation is null ? "" : $"&operationName={operation}");
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, url), GraphResponse);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
        Assert.Equal(before, ProbeMutations.Bumped);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Other_methods_are_refused(string method)
    {
        using var answer = await SendAsync(new HttpRequestMessage(new HttpMethod(method), "/graphql"), GraphResponse);
        Assert.False(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_browser_gets_the_page_without_a_key_and_no_data_with_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql?query={touch}");
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        var before = ProbeQueries.Resolved;
        using var answer = await host.Client(null).SendAsync(request, TestContext.Current.CancellationToken);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(before, ProbeQueries.Resolved);
        Assert.DoesNotContain("touched", page);
        Assert.DoesNotContain("http://", page);
        Assert.DoesNotContain("https://", page);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = System.Text.RegularExpressions.Regex.Match(policy, "script-src 'nonce-([^']+)'").Groups[1].Value;
        Assert.StartsWith("default-src 'none'", policy);
        Assert.Contains($"<script nonce=\"{nonce}\">", page);
        Assert.Contains($"<style nonce=\"{nonce}\">", page);
        Assert.DoesNotContain("{nonce}", page);
        Assert.DoesNotContain(" style=", page);
        Assert.DoesNotContain(" onclick=", page);
    }

    [Fact]
    public async Task Html_is_a_page_for_get_only_and_opens_nothing_else()
    {
        var request = Post("""{"query":"{ touch }"}""");
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await host.Client(null).SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static HttpRequestMessage Post(string body) =>
        new(HttpMethod.Post, "/graphql") { Content = new StringContent(body, Encoding.UTF8, Json) };

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? accept)
    {
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        return await host.Client("operator").SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<GraphAnswer> ReadAsync(HttpResponseMessage response) =>
        GraphAnswer.Of((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
}
