using System.Globalization;
using System.Text;
using FinOps.Platform.Alerts;
using FinOps.Platform.Alerts.Digests;
using FinOps.Platform.Tests.Budgets;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>Alerts that wait: for the end of quiet hours, or for a digest.</summary>
public sealed class AlertTimingTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    /// <summary>The time of a digest whose last one lies behind and whose next one is far: whatever midnight passes.</summary>
    private static readonly string AnHourAgo = DateTimeOffset.UtcNow.AddHours(-1).ToString("HH:mm", CultureInfo.InvariantCulture);

    [Fact]
    public async Task In_quiet_hours_an_alert_is_held_back_and_then_delivered_once_however_often_the_job_runs()
    {
        var now = DateTimeOffset.UtcNow;
        string Clock(double hours) => now.AddHours(hours).ToString("HH:mm", CultureInfo.InvariantCulture);
        await host.CreateAsync("sleeper", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("sleeper") }));
        var set = await host.DataAsync(
            "mutation ($from: String!, $to: String!) { setQuietHours(budgetId: \"sleeper-budget\", from: $from, to: $to) { from to timeZone } }",
            new { from = Clock(-2), to = Clock(2) });
        await host.SpendAsync("sleeper", 50);
        var release = await host.EventuallyAsync(
            r => r.Count == 2, "select c.channel, c.state, c.attempts from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'sleeper' and (c.channel = 'bus') = (c.state = 'DELIVERED') order by 1");
        var held = await host.RowsAsync(
            "select to_char(c.next_attempt_at at time zone 'UTC', 'HH24:MI') from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'sleeper' and channel = 'webhook'");

        Assert.Equal(["bus DELIVERED 1", "webhook PENDING 0"], release);
        Assert.Equal([set.GetProperty("setQuietHours").GetProperty("to").GetString()!], held);
        Assert.Equal(0, host.Receiver.Waiting("sleeper"));

        // As if the hours were over.
        var id = Assert.Single(await host.RowsAsync("select id from finops.alert where tenant = 'sleeper'"));
        await host.DataAsync("""mutation { removeQuietHours(budgetId: "sleeper-budget") }""");
        await host.RowsAsync("update finops.alert_channel set next_attempt_at = now() where alert_id = $1 and channel = 'webhook'", id);
        var job = host.Services.GetRequiredService<DeliverAlert>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => job.RunAsync(id, TestContext.Current.CancellationToken)));

        await host.EventuallyAsync(r => r is ["DELIVERED"], "select status from finops.alert where id = $1", id);
        Assert.Equal(id, (await host.Receiver.NextAsync("sleeper")).Id);
        Assert.Equal(0, host.Receiver.Waiting("sleeper"));
    }

    [Fact]
    public async Task A_days_alerts_come_as_one_message_however_often_and_at_once_the_job_runs()
    {
        await host.CreateAsync("reader", b => b.Channels =
            [new() { Kind = "slack", Target = host.Receiver.Url("reader", 500), Digest = new() { Every = DigestEvery.Day, At = AnHourAgo } }]);
        await host.SpendAsync("reader", 100);
        await host.EventuallyAsync(
            r => r is ["bus DELIVERED 3", "slack DIGEST 3"],
            "select c.channel, c.state, count(*) from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'reader' group by 1, 2 order by 1");
        var job = host.Services.GetRequiredService<SendDigests>();
        await job.RunAsync(TestContext.Current.CancellationToken);
        // The last one was due before they were raised.
        Assert.Equal(0, host.Receiver.Waiting("reader"));

        // As if it were tomorrow.
        await host.RowsAsync("update finops.alert set crossed_at = crossed_at - interval '1 day' where tenant = 'reader'");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => job.RunAsync(TestContext.Current.CancellationToken)));
        await host.RowsAsync("update finops.alert_digest set next_attempt_at = now() where budget_id = 'reader-budget' and state = 'PENDING'");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => job.RunAsync(TestContext.Current.CancellationToken)));

        await host.EventuallyAsync(r => r is ["DELIVERED 3"], "select status, count(*) from finops.alert where tenant = 'reader' group by 1");
        var tries = new[] { await host.Receiver.NextAsync("reader"), await host.Receiver.NextAsync("reader") };
        foreach (var text in tries.Select(t => Encoding.UTF8.GetString(t.Body)))
        {
            Assert.Contains("3 budget alerts", text, StringComparison.Ordinal);
            foreach (var percent in new[] { "50 %", "80 %", "100 %" }) Assert.Contains($"has reached {percent}", text, StringComparison.Ordinal);
        }

        Assert.Equal(0, host.Receiver.Waiting("reader"));
        Assert.Equal(["1 FAILED 3", "2 DELIVERED 3"], await host.RowsAsync(
            """
            select attempt, d.status, count(*) from finops.alert_delivery d join finops.alert a on a.id = d.alert_id
            where tenant = 'reader' and channel = 'slack' group by 1, 2 order by 1
            """));
    }

    [Fact]
    public async Task A_webhooks_digest_is_one_signed_call_with_a_list_and_the_same_id_on_every_try()
    {
        var budget = await host.CreateAsync("lister", b => b.Webhook = new() { Url = host.Receiver.Url("lister", 500), Digest = new() { Every = DigestEvery.Day, At = AnHourAgo } });
        await host.SpendAsync("lister", 100);
        await host.EventuallyAsync(
            r => r is ["bus DELIVERED 3", "webhook DIGEST 3"],
            "select c.channel, c.state, count(*) from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'lister' group by 1, 2 order by 1");
        await host.RowsAsync("update finops.alert set crossed_at = crossed_at - interval '1 day' where tenant = 'lister'");
        await SendTodaysDigestsAsync("lister");
        await SendTodaysDigestsAsync("lister");
        await host.EventuallyAsync(r => r is ["DELIVERED 3"], "select status, count(*) from finops.alert where tenant = 'lister' group by 1");

        var (failed, taken) = (await host.Receiver.NextAsync("lister"), await host.Receiver.NextAsync("lister"));
        Assert.StartsWith("digest_", taken.Id, StringComparison.Ordinal);
        Assert.Equal(failed.Id, taken.Id);
        Assert.Equal(failed.Body, taken.Body);
        Assert.Equal(
            StandardWebhook.Sign(budget.WebhookSecret!, taken.Id, long.Parse(taken.Timestamp, CultureInfo.InvariantCulture), taken.Body), taken.Signature);
        var body = System.Text.Json.JsonElement.Parse(taken.Body);
        Assert.Equal(("DIGEST", taken.Id), (body.GetProperty("kind").GetString(), body.GetProperty("digestId").GetString()));
        Assert.Equal(["100", "50", "80"], body.GetProperty("alerts").EnumerateArray().Select(a => a.GetProperty("thresholdPercent").GetRawText()).Order(StringComparer.Ordinal));
        Assert.Equal(0, host.Receiver.Waiting("lister"));

        // It is shown, stays when other things are changed, and goes when the webhook is named without it.
        var shown = await host.DataAsync("""{ budgets(ids: ["lister-budget"]) { channels { name digest { every at timeZone } } } }""");
        Assert.Equal($$"""{"every":"DAY","at":"{{AnHourAgo}}","timeZone":"UTC"}""", shown.GetProperty("budgets")[0].GetProperty("channels")[0].GetProperty("digest").GetRawText());
        const string change = "mutation ($input: ChangeBudgetInput!) { changeBudget(input: $input) { channels { digest { every } } } }";
        var kept = await host.DataAsync(change, new { input = new { id = budget.Id, amount = 200 } });
        var gone = await host.DataAsync(change, new { input = new { id = budget.Id, webhook = new { url = host.Receiver.Url("lister") } } });
        Assert.Equal("""[{"digest":{"every":"DAY"}}]""", kept.GetProperty("changeBudget").GetProperty("channels").GetRawText());
        Assert.Equal("""[{"digest":null}]""", gone.GetProperty("changeBudget").GetProperty("channels").GetRawText());
    }

    [Fact]
    public async Task A_digest_that_cannot_be_is_refused_with_its_field_and_the_reason()
    {
        const string create = "mutation ($input: CreateBudgetInput!) { createBudget(input: $input) { id } }";
        object Input(object? webhook, object[] channels) => new { input = new { id = "nodigest", tenant = "acme", amount = 1, currency = "USD", webhook, channels } };
        var page = await host.GraphAsync(create, Input(null, [new { kind = "pagerduty", target = new string('a', 32), digest = new { every = "DAY" } }]));
        var times = await host.GraphAsync(create, Input(new { url = host.Receiver.Url("x"), digest = new { at = "24:00", timeZone = "Mars/Olympus" } }, []));
        var nowhere = await host.GraphAsync(create, Input(new { digest = new { every = "DAY" } }, []));

        Assert.Equal(
            ("digest_not_possible", "channels[0].digest", "The kind pagerduty takes no digest: an incident is one alert, which is acknowledged and resolved alone. Leave it out."),
            (page.Errors.Single().Code, page.Errors.Single().Field, page.Errors.Single().Message));
        Assert.Equal(["webhook.digest.at", "webhook.digest.every", "webhook.digest.timeZone"], times.Errors.Select(e => e.Field).Order(StringComparer.Ordinal));
        Assert.Equal("webhook_url_missing", nowhere.Errors.Single().Code);
        Assert.Empty(await host.RowsAsync("select id from finops.budget where id = 'nodigest'"));
    }

    [Fact]
    public async Task A_digest_waits_for_the_end_of_quiet_hours_too()
    {
        var now = DateTimeOffset.UtcNow;
        string Clock(double hours) => now.AddHours(hours).ToString("HH:mm", CultureInfo.InvariantCulture);
        await host.CreateAsync("dozer", b => (b.Thresholds, b.Channels) =
            ([50m], [new() { Kind = "slack", Target = host.Receiver.Url("dozer"), Digest = new() { Every = DigestEvery.Day, At = AnHourAgo } }]));
        await host.DataAsync(
            "mutation ($from: String!, $to: String!) { setQuietHours(budgetId: \"dozer-budget\", from: $from, to: $to) { to } }", new { from = Clock(-2), to = Clock(2) });
        await host.SpendAsync("dozer", 50);
        await host.EventuallyAsync(r => r is ["DIGEST"], "select state from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'dozer' and channel = 'slack'");
        await host.RowsAsync("update finops.alert set crossed_at = crossed_at - interval '1 day' where tenant = 'dozer'");
        await host.Services.GetRequiredService<SendDigests>().RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["PENDING 0 True"], await host.RowsAsync("select state, attempts, next_attempt_at > now() + interval '1 hour' from finops.alert_digest where budget_id = 'dozer-budget'"));
        await host.DataAsync("""mutation { removeQuietHours(budgetId: "dozer-budget") }""");
        await SendTodaysDigestsAsync("dozer");
        await host.Receiver.NextAsync("dozer");
    }

    [Fact]
    public async Task That_it_came_again_is_not_told_before_that_it_was_over()
    {
        await host.CreateAsync("order", b => b.Channels = [new() { Kind = "pagerduty", Target = "0123456789abcdef0123456789abcdef" }]);
        await RaiseAsync("again-1", "DRIFT", null, "0 hours");
        await RaiseAsync("again-2", "RECOVERED", "again-1", "1 hour");
        await RaiseAsync("again-3", "RECROSSED", "again-1", "0 hours");
        var job = host.Services.GetRequiredService<DeliverAlert>();

        await job.RunAsync("again-1", TestContext.Current.CancellationToken);
        await job.RunAsync("again-3", TestContext.Current.CancellationToken);
        Assert.Equal(["0"], await host.RowsAsync("select attempts from finops.alert_channel where alert_id = 'again-3'"));
        await host.RowsAsync("update finops.alert_channel set next_attempt_at = now() where alert_id = 'again-2'");
        await job.RunAsync("again-2", TestContext.Current.CancellationToken);
        await job.RunAsync("again-3", TestContext.Current.CancellationToken);

        Assert.Equal(["again-1 DELIVERED", "again-2 DELIVERED", "again-3 DELIVERED"], await host.RowsAsync("select id, status from finops.alert where id like 'again-%' order by 1"));
        var told = new List<string>();
        while (told.Count < 3)
        {
            var page = System.Text.Json.JsonElement.Parse((await host.Receiver.NextAsync("pagerduty")).Body);
            if (page.GetProperty("dedup_key").GetString() == "again-1") told.Add(page.GetProperty("event_action").GetString()!);
        }

        Assert.Equal(["trigger", "resolve", "trigger"], told);
    }

    /// <summary>As if the time of every try had come.</summary>
    private async Task SendTodaysDigestsAsync(string tenant)
    {
        await host.Services.GetRequiredService<SendDigests>().RunAsync(TestContext.Current.CancellationToken);
        await host.RowsAsync("update finops.alert_digest set next_attempt_at = now() where budget_id = $1 and state = 'PENDING'", $"{tenant}-budget");
        await host.Services.GetRequiredService<SendDigests>().RunAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_waits_for_a_digest_goes_alone_when_its_channel_sends_none_any_more()
    {
        void Channel(Platform.Budgets.CreateBudgetInput b, DigestInput? digest) =>
            (b.Thresholds, b.Channels) = ([50m], [new() { Kind = "slack", Target = host.Receiver.Url("changer"), Digest = digest }]);
        await host.CreateAsync("changer", b => Channel(b, new() { Every = DigestEvery.Week, Day = Weekday.Sunday }));
        await host.SpendAsync("changer", 50);
        await host.EventuallyAsync(r => r is ["DIGEST"], "select state from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'changer' and channel = 'slack'");

        await host.CreateAsync("changer", b => Channel(b, null));
        await host.Services.GetRequiredService<SendDigests>().RunAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<DeliverAlert>().RunAsync(
            Assert.Single(await host.RowsAsync("select id from finops.alert where tenant = 'changer'")), TestContext.Current.CancellationToken);

        await host.Receiver.NextAsync("changer");
    }

    [Fact]
    public async Task That_it_is_over_is_not_told_before_that_it_began()
    {
        await host.CreateAsync("order", b => b.Channels = [new() { Kind = "pagerduty", Target = "0123456789abcdef0123456789abcdef" }]);
        await RaiseAsync("order-1", "THRESHOLD", null, "1 hour");
        await RaiseAsync("order-2", "RETRACTED", "order-1", "0 hours");
        var job = host.Services.GetRequiredService<DeliverAlert>();

        await job.RunAsync("order-2", TestContext.Current.CancellationToken);
        Assert.Equal(["0"], await host.RowsAsync("select attempts from finops.alert_channel where alert_id = 'order-2'"));
        await host.RowsAsync("update finops.alert_channel set next_attempt_at = now() where alert_id = 'order-1'");
        await job.RunAsync("order-1", TestContext.Current.CancellationToken);
        await job.RunAsync("order-2", TestContext.Current.CancellationToken);
        await host.EventuallyAsync(r => r is ["DELIVERED", "DELIVERED"], "select status from finops.alert where id like 'order-%'");

        var events = new[] { await host.Receiver.NextAsync("pagerduty"), await host.Receiver.NextAsync("pagerduty") }
            .Select(e => System.Text.Json.JsonElement.Parse(e.Body)).ToList();
        Assert.Equal(["trigger", "resolve"], events.Select(e => e.GetProperty("event_action").GetString()));
        Assert.All(events, e => Assert.Equal("order-1", e.GetProperty("dedup_key").GetString()));
    }

    private Task<IReadOnlyList<string>> RaiseAsync(string id, string kind, string? noticeOf, string wait) => host.RowsAsync(
        """
        with raised as (
          insert into finops.alert
            (id, budget_id, tenant, measure, period_start, period_end, threshold, amount, spend, currency, crossed_at, status, kind, notice_of)
          values ($1, 'order-budget', 'order', 'CHARGE', case $2 when 'THRESHOLD' then now() else now() + interval '1 day' end, now(), 80, 100, 85,
                  'USD', now(), 'PENDING', $2, nullif($3, '')) returning id)
        insert into finops.alert_channel (alert_id, channel, state, attempts, next_attempt_at)
        select id, 'pagerduty', 'PENDING', 0, now() + $4::interval from raised
        """, id, kind, noticeOf ?? "", wait);
}
