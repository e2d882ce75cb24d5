using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FinOps.Platform.Access;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Graph;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Access;

/// <summary>Every endpoint that the host has, found in its own route table, tried with no key, wrong keys and each role's key.</summary>
public sealed class EndpointTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly (string Name, ViewerRole Role)[] Roles =
        [("operator", ViewerRole.Operator), ("finance", ViewerRole.Finance), ("acme", ViewerRole.Tenant), ("fleet", ViewerRole.Fleet)];

    private IEnumerable<(RouteEndpoint Endpoint, string Method)> Endpoints =>
        from endpoint in host.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
        select (endpoint, method);

    [Fact]
    public void The_endpoints_are_those_that_were_reviewed()
    {
        var lines = Endpoints.Select(e =>
        {
            var open = e.Endpoint.Metadata.GetMetadata<OpenTo>() is not null;
            var roles = e.Endpoint.Metadata.GetMetadata<AllowedRoles>()?.Roles.Select(r => $"{r}".ToLowerInvariant());
            return $"{e.Method} /{e.Endpoint.RoutePattern.RawText?.TrimStart('/')}: {string.Join(", ", (roles ?? []).Concat(open ? ["open"] : []))}";
        });
        Snapshot.Compare(string.Join("\n", lines.Order(StringComparer.Ordinal)) + "\n", "endpoints.txt");
    }

    [Fact]
    public async Task No_endpoint_with_data_answers_without_a_valid_key()
    {
        var operatorKey = host.Keys["operator"];
        var wrong = new AuthenticationHeaderValue?[]
        {
            null,
            new("Bearer", "wrong"),
            new("Bearer", operatorKey + "x"),
            new("Bearer", operatorKey[..^1]),
            new("Bearer", operatorKey.ToUpperInvariant()),
            new("Bearer", ""),
            new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("operator:wrong"))),
            new("Basic", "not base64"),
            new("Digest", operatorKey),
            // An unsigned token: no key of ours, whatever it says.
            new("Bearer", "eyJhbGciOiJub25lIn0.eyJyb2xlIjoib3BlcmF0b3IifQ."),
        };
        foreach (var (endpoint, method) in Endpoints.Where(e => !IsOpen(e.Endpoint)))
        {
            foreach (var header in wrong)
            {
                using var answer = await SendAsync(endpoint, method, header);
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {endpoint.RoutePattern.RawText} with {header}: {answer.StatusCode}");
                Assert.NotEmpty(answer.Headers.WwwAuthenticate);
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            }
        }
    }

    [Fact]
    public async Task A_role_that_an_endpoint_does_not_name_is_forbidden()
    {
        foreach (var (endpoint, method) in Endpoints.Where(e => !IsOpen(e.Endpoint)))
        {
            var allowed = endpoint.Metadata.GetMetadata<AllowedRoles>()?.Roles ?? [ViewerRole.Operator];
            foreach (var (name, role) in Roles)
            {
                using var answer = await SendAsync(endpoint, method, new AuthenticationHeaderValue("Bearer", host.Keys[name]));
                Assert.Equal(!allowed.Contains(role), answer.StatusCode == HttpStatusCode.Forbidden);
                Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
            }
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/nothing")]
    [InlineData("/graphql/schema")]
    [InlineData("/metrics")]
    [InlineData("/health")]
    public async Task An_unknown_path_shows_nothing_without_a_key(string path)
    {
        using var closed = await host.Client(null).GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
        using var known = await host.Client("operator").GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, known.StatusCode);
    }

    [Fact]
    public async Task The_jobs_dashboard_opens_in_a_browser_with_the_operators_key_alone()
    {
        async Task<HttpResponseMessage> OpenAsync(string path, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{key}")));
            return await host.Client(null).SendAsync(request);
        }

        using var open = await OpenAsync("/hangfire", host.Keys["operator"]);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        Assert.Contains("FinOps jobs", await open.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var forbidden = await OpenAsync("/hangfire", host.Keys["acme"]);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        // A browser sends Basic by itself, also from other sites' pages: nowhere but at the dashboard does it count.
        using var elsewhere = await OpenAsync("/graphql?query={__typename}", host.Keys["operator"]);
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
        using var asked = await host.Client(null).GetAsync("/hangfire", TestContext.Current.CancellationToken);
        Assert.Equal("Basic", asked.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task The_dashboards_buttons_need_their_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire/recurring/trigger");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{host.Keys["operator"]}")));
        request.Content = new FormUrlEncodedContent([new("jobs[]", "sweep")]);
        using var answer = await host.Client(null).SendAsync(request, TestContext.Current.CancellationToken);
        Assert.False(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
    }

    private static bool IsOpen(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText is "/health/live" or "/health/ready";

    private async Task<HttpResponseMessage> SendAsync(RouteEndpoint endpoint, string method, AuthenticationHeaderValue? header)
    {
        var path = System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText ?? "/", @"\{[^}]*\}", "x");
        using var request = new HttpRequestMessage(method == "ANY" ? HttpMethod.Get : new HttpMethod(method), path);
        request.Headers.Authorization = header;
        return await host.Client(null).SendAsync(request);
    }
}
