using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using FinOps.Platform.Graph;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>Alerts as they are raised, over server-sent events: who sees what, from which process, and for how long.</summary>
public sealed class AlertSubscriptionTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const string Query = "subscription ($tenants: [String!]) { onBudgetAlert(tenants: $tenants) { id tenant thresholdPercent } }";

    [Fact]
    public async Task A_subscriber_gets_each_alert_once_and_a_tenant_its_own_alone_whatever_it_asks_for()
    {
        await host.CreateAsync("acme");
        await host.CreateAsync("globex");
        await using var all = await OpenAsync("finance");
        await using var own = await OpenAsync("acme", new { tenants = new[] { "acme", "globex" } });
        await using var other = await OpenAsync("globex");

        await host.SpendAsync("globex", 85);
        await host.SpendAsync("acme", 55);

        Assert.Equal(["globex 50", "globex 80"], await other.AlertsAsync(2));
        Assert.Equal(["acme 50"], await own.AlertsAsync(1));
        Assert.Equal(["acme 50", "globex 50", "globex 80"], (await all.AlertsAsync(3)).Order(StringComparer.Ordinal));
        await host.SpendAsync("acme", 30);
        // The next that comes is the next that was raised: nothing of the other's was in between, and nothing twice.
        Assert.Equal(["acme 80"], await own.AlertsAsync(1));
        Assert.Equal(["acme 80"], await all.AlertsAsync(1));
    }

    [Fact]
    public async Task The_npm_client_of_graphql_sse_gets_an_alert()
    {
        const string client =
            """
            import { createClient } from "graphql-sse";
            const [url, key] = process.argv.slice(2);
            const client = createClient({ url, headers: { Authorization: `Bearer ${key}` } });
            for await (const result of client.iterate({ query: 'subscription { onBudgetAlert(tenants: ["noder"]) { tenant thresholdPercent } }' })) {
              console.log(JSON.stringify(result));
              break;
            }
            client.dispose();
            """;
        var directory = Directory.CreateTempSubdirectory("finops-sse-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), """{"private":true,"type":"module"}""", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(directory, "client.js"), client, TestContext.Current.CancellationToken);
            var installed = await NodeRun.OfAsync(directory, "npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "graphql-sse@2", "graphql@16");
            Assert.SkipWhen(installed is null, "npm is not there.");
            Assert.SkipWhen(installed!.ExitCode != 0, $"npm cannot install graphql-sse: {installed.Error}");
            await host.CreateAsync("noder");
            var streams = host.Services.GetRequiredService<EventStreams>();
            await Eventually.SeeAsync(() => streams.Open == 0);
            var run = NodeRun.OfAsync(directory, "node", "client.js", new Uri(host.Url, "/graphql").ToString(), host.Keys["operator"]);
            await Eventually.SeeAsync(() => streams.Open == 1 || run.IsCompleted);
            // A place is taken just before it listens: alerts are raised until one is heard.
            for (var dollars = 0; !run.IsCompleted && dollars < 3; dollars++) await host.SpendAsync("noder", 50);
            var finished = await run.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

            Assert.True(finished is { ExitCode: 0 }, finished?.Error);
            Assert.StartsWith("""{"data":{"onBudgetAlert":{"tenant":"noder","thresholdPercent":""", finished!.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task An_alert_that_another_process_raised_is_told_and_so_is_one_from_while_the_connection_was_lost()
    {
        await host.CreateAsync("elsewhere", b => b.Thresholds = [1m, 2m]);
        await using var stream = await OpenAsync("operator", new { tenants = new[] { "elsewhere" } });

        await RaiseAsync(1);
        Assert.Equal(["elsewhere 1"], await stream.AlertsAsync(1));
        await host.RowsAsync("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen finops_alert%' and datname = current_database()");
        await RaiseAsync(2);
        Assert.Equal(["elsewhere 2"], await stream.AlertsAsync(1));
    }

    [Fact]
    public async Task What_becomes_of_channels_is_told_too_to_whom_the_list_shows_it_and_after_a_lost_connection()
    {
        const string query = "subscription ($tenants: [String!], $budgets: [String!]) { onAlertNotice(tenants: $tenants, budgets: $budgets) { id tenant channel code alertId } }";
        await host.CreateAsync("acme", b => (b.Id, b.Amount) = ("acme-told", 1_000_000m));
        await host.CreateAsync("globex", b => (b.Id, b.Amount) = ("globex-told", 1_000_000m));
        await using var all = await OpenAsync("finance", new { budgets = new[] { "acme-told", "globex-told" } }, query);
        await using var own = await OpenAsync("acme", new { tenants = new[] { "acme", "globex" } }, query);
        await using var other = await OpenAsync("globex", query: query);

        // A tenant that may not see cost hears nothing of what tells of it, as it is not shown its alerts.
        await RaiseNoticeAsync("acme", "CHARGE", "gone");
        await RaiseNoticeAsync("globex", "COST", "status");
        await RaiseNoticeAsync("acme", "COST_PER_MILLION_TOKENS", "timeout");
        await RaiseNoticeAsync("acme", "UTILISATION", "refused");
        await RaiseNoticeAsync("acme", "TOKENS", "tls_failed");

        Assert.Equal(["acme gone", "acme tls_failed"], await own.NoticesAsync(2));
        Assert.Equal(["globex status"], await other.NoticesAsync(1));
        Assert.Equal(["acme gone", "globex status", "acme timeout", "acme refused", "acme tls_failed"], await all.NoticesAsync(5));
        var listed = await host.DataAsync("{ alertNotices { code } }", role: "acme");
        Assert.Equal(["tls_failed", "gone"], listed.GetProperty("alertNotices").EnumerateArray().Select(n => n.GetProperty("code").GetString()!));

        await host.RowsAsync("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen finops_alert%' and datname = current_database()");
        await RaiseNoticeAsync("acme", "CHARGE", "redirect");
        Assert.Equal(["acme redirect"], await own.NoticesAsync(1));
    }

    [Fact]
    public async Task A_silent_stream_says_that_it_lives_and_ends_when_its_key_is_taken_back()
    {
        await using var stream = await OpenAsync("acme");
        for (var i = 0; i < 3; i++) Assert.Equal(":", await stream.LineAsync());

        await host.ForgetKeyAsync("acme");
        try
        {
            var line = await stream.LineAsync();
            while (line == ":") line = await stream.LineAsync();
            Assert.Equal("event: complete", line);
        }
        finally
        {
            await host.RestoreKeysAsync();
        }
    }

    [Fact]
    public async Task What_is_wrong_with_a_document_is_told_by_the_stream_and_a_query_is_one_result()
    {
        await using var wrong = await OpenAsync("acme", query: "subscription { onNothing { id } }");
        Assert.Equal("event: next", await wrong.LineAsync());
        Assert.Contains("onNothing", await wrong.LineAsync(), StringComparison.Ordinal);
        Assert.Equal("event: complete", await wrong.LineAsync());

        await using var forbidden = await OpenAsync("fleet");
        Assert.Equal("event: next", await forbidden.LineAsync());
        Assert.Contains("\"forbidden\"", await forbidden.LineAsync(), StringComparison.Ordinal);

        await using var query = await OpenAsync("acme", query: "{ __typename }");
        Assert.Equal("event: next", await query.LineAsync());
        Assert.Equal("""data: {"data":{"__typename":"Query"}}""", await query.LineAsync());
        Assert.Equal("event: complete", await query.LineAsync());

        var plain = await host.GraphAsync(Query);
        Assert.Equal((400, "not_acceptable"), (plain.Status, plain.Errors.Single().Code));
    }

    [Fact]
    public async Task A_key_has_so_many_streams_and_a_place_is_free_again_when_one_is_closed()
    {
        // Those that other tests have closed are noticed as closed a moment later.
        await Eventually.SeeAsync(() => host.Services.GetRequiredService<EventStreams>().Open == 0);
        var streams = new List<Subscription>();
        for (var i = 0; i < Platform.Hosting.Limits.GraphStreamsPerKey; i++) streams.Add(await OpenAsync("globex"));
        using (var refused = await SendAsync("globex", Query, null))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        foreach (var stream in streams) await stream.DisposeAsync();
        await Eventually.SeeAsync(
            async () =>
            {
                using var answer = await SendAsync("globex", "{ __typename }", null);
                return answer.StatusCode;
            }, status => status == HttpStatusCode.OK);
    }

    private Task<IReadOnlyList<string>> RaiseAsync(int threshold) => host.RowsAsync(
        """
        insert into finops.alert (id, budget_id, tenant, measure, period_start, period_end, threshold, amount, spend, currency, crossed_at, status)
        values ('elsewhere-' || $1::text, 'elsewhere-budget', 'elsewhere', 'CHARGE', now(), now(), $1, 1, 1, 'USD', now(), 'DELIVERED')
        """, threshold);

    private Task<IReadOnlyList<string>> RaiseNoticeAsync(string tenant, string measure, string code) => host.RowsAsync(
        """
        with raised as (
          insert into finops.alert (id, budget_id, tenant, measure, period_start, period_end, threshold, amount, spend, currency, crossed_at, status)
          values ('told-' || $3::text, $1::text || '-told', $1::text, $2::text, now(), now(), extract(epoch from clock_timestamp()), 1, 1, 'USD', now(), 'SUPPRESSED') returning *)
        insert into finops.alert_notice (at, tenant, budget_id, channel, code, alert_id) select now(), tenant, budget_id, 'slack', $3, id from raised
        """, tenant, measure, code);

    private async Task<Subscription> OpenAsync(string role, object? variables = null, string query = Query)
    {
        var response = await SendAsync(role, query, variables);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var stream = new Subscription(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
        // The first comment says that nothing is missed from here on.
        if (query.StartsWith("subscription (", StringComparison.Ordinal) && role != "fleet") Assert.Equal(":", await stream.LineAsync());
        return stream;
    }

    private async Task<HttpResponseMessage> SendAsync(string role, string query, object? variables)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query, variables }) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await host.Client(role).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private sealed class Subscription(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        /// <summary>The next line that is not empty.</summary>
        public async Task<string> LineAsync()
        {
            while (true)
            {
                var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience)
                    ?? throw new InvalidOperationException("The stream has ended.");
                if (line.Length > 0) return line;
            }
        }

        public Task<IReadOnlyList<string>> AlertsAsync(int count) => NewsAsync(count, "onBudgetAlert", "thresholdPercent");

        public Task<IReadOnlyList<string>> NoticesAsync(int count) => NewsAsync(count, "onAlertNotice", "code");

        private async Task<IReadOnlyList<string>> NewsAsync(int count, string field, string member)
        {
            var heard = new List<string>();
            while (heard.Count < count)
            {
                if (await LineAsync() is not { } line || !line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                var news = System.Text.Json.JsonElement.Parse(line[6..]).GetProperty("data").GetProperty(field);
                heard.Add($"{news.GetProperty("tenant").GetString()} {news.GetProperty(member).GetString()}");
            }

            return heard;
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return default;
        }
    }
}
