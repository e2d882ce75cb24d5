using System.Text.Json;
using FinOps.Platform.Alerts;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>From a committed record to mailboxes, chats and on-call, as a budget names them.</summary>
public sealed class AlertChannelTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const string Create =
        "mutation ($input: CreateBudgetInput!) { createBudget(input: $input) { id channels { name kind target digest { every at day timeZone } disabledAt } } }";

    [Fact]
    public void Every_class_that_is_a_channel_is_one_and_has_a_kind_of_its_own()
    {
        var kinds = host.Services.GetServices<IAlertChannel>().Select(c => c.Kind).ToList();

        Assert.Equal(["bus", "email", "pagerduty", "slack", "teams", "webhook"], kinds.Order(StringComparer.Ordinal));
        Assert.Equal(typeof(IAlertChannel).Assembly.GetTypes().Count(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IAlertChannel))), kinds.Count);
    }

    [Fact]
    public async Task An_alert_goes_through_every_channel_that_the_budget_names_and_no_secret_is_shown_or_kept_elsewhere()
    {
        var (slack, teams, key) = (host.Receiver.Url("slack-secret-1"), host.Receiver.Url("teams-secret-1"), "0123456789abcdef0123456789abcdef");
        object[] channels =
        [
            new { kind = "email", target = "ops@example.com, finance@example.com" }, new { kind = "slack", target = slack },
            new { kind = "teams", name = "boss", target = teams }, new { kind = "pagerduty", target = key },
        ];
        var created = (await host.DataAsync(Create, new { input = Input("many", "many", channels) })).GetProperty("createBudget");

        await host.SpendAsync("many", 85);
        var mail = await host.Mail.NextAsync();
        var chat = Json(await host.Receiver.NextAsync("slack-secret-1"));
        var card = Json(await host.Receiver.NextAsync("teams-secret-1"));
        var page = Json(await host.Receiver.NextAsync("pagerduty"));
        await host.EventuallyAsync(r => r is ["DELIVERED"], "select status from finops.alert where tenant = 'many'");
        var read = await host.GraphAsync("""{ budgets(ids: ["many"]) { channels { name target } } alerts(budgets: ["many"]) { id deliveries { channel status } } }""");

        Assert.Equal("Budget many of many has reached 80 %", mail.Message.Subject);
        Assert.Equal((2, "finops@example.com"), (mail.Recipients, mail.Message.From.Mailboxes.Single().Address));
        Assert.Contains("85 USD of 100 USD (85 %)", mail.Message.TextBody, StringComparison.Ordinal);
        Assert.Contains("<td>85 USD of 100 USD (85 %)", mail.Message.HtmlBody, StringComparison.Ordinal);
        Assert.Equal(mail.Message.Subject, chat.GetProperty("text").GetString());
        Assert.Equal("message", card.GetProperty("type").GetString());
        Assert.Equal(key, page.GetProperty("routing_key").GetString());
        Assert.StartsWith(page.GetProperty("dedup_key").GetString() + "@", mail.Message.MessageId, StringComparison.Ordinal);
        Assert.Equal(
            ["boss DELIVERED 200", "bus DELIVERED ", "email DELIVERED ", "pagerduty DELIVERED 200", "slack DELIVERED 200"],
            await host.RowsAsync(
                "select d.channel, d.status, d.status_code from finops.alert_delivery d join finops.alert a on a.id = d.alert_id where tenant = 'many' order by 1"));
        foreach (var text in new[] { created.ToString(), read.Text })
        {
            Assert.DoesNotContain("secret-1", text, StringComparison.Ordinal);
            Assert.DoesNotContain(key, text, StringComparison.Ordinal);
        }

        foreach (var secret in new[] { "secret-1", key })
        {
            Assert.False(HostsLog.Holds(secret), "A secret is in the log.");
            Assert.Empty(await host.RowsAsync("select id from hangfire.job where strpos(invocationdata::text || arguments::text, $1) > 0", secret));
            Assert.Empty(await host.RowsAsync("select id from finops.mt_events where strpos(data::text, $1) > 0", secret));
        }
    }

    [Fact]
    public async Task The_example_of_the_docs_is_taken_as_it_stands()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/alerts.md"), TestContext.Current.CancellationToken);
        var example = page.Split("```graphql\n")[1].Split("```")[0];

        var budget = (await host.DataAsync(example, role: "acme")).GetProperty("createBudget");

        Assert.Equal(
            [
                "boss https://prod-1.westeurope.logic.azure.com/…", "email ops@example.com, finance@example.com", "pagerduty …",
                "slack https://hooks.slack.com/…", "webhook https://hooks.example.com/finops",
            ],
            budget.GetProperty("channels").EnumerateArray().Select(c => $"{c.GetProperty("name").GetString()} {c.GetProperty("target").GetString()}"));
    }

    [Fact]
    public async Task A_list_that_is_read_can_be_sent_back_and_one_without_a_channel_removes_it()
    {
        await host.DataAsync(Create, new { input = Input("kept", "kept", [new { kind = "slack", target = host.Receiver.Url("kept") }, new { kind = "email", target = "a@example.com" }]) });
        await host.DataAsync(Create, new { input = Input("kept", "kept", [new { kind = "slack" }]) });
        var moved = await host.GraphAsync(Create, new { input = Input("kept", "kept", [new { kind = "email" }]) });

        Assert.Equal(["slack"], await host.RowsAsync("select name from finops.alert_destination where budget_id = 'kept'"));
        Assert.Equal(("channel_target_missing", "channels[0].target"), (moved.Errors.Single().Code, moved.Errors.Single().Field));
        await host.SpendAsync("kept", 85);
        await host.Receiver.NextAsync("kept");
        Assert.DoesNotContain(await host.RowsAsync("select channel from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'kept'"), r => r == "email");
    }

    [Fact]
    public async Task A_bad_channel_is_answered_with_every_flaw_and_nothing_is_stored()
    {
        object[] channels =
        [
            new { kind = "pigeon", target = "x" }, new { kind = "slack", target = "http://169.254.169.254/latest" }, new { kind = "email", target = "root@[127.0.0.1]" },
            new { kind = "pagerduty", target = "short", digest = new { every = "DAY" } }, new { kind = "teams", name = "bus", target = "ftp://example.com" },
            new { kind = "slack", target = host.Receiver.Url("x"), digest = new { at = "25:00", timeZone = "Mars/Olympus" } },
        ];
        var answer = await host.GraphAsync(Create, new { input = Input("flawed", "acme", channels, amount: "0") });

        Assert.Equal(
            [
                "amount", "channels", "channels[0].kind", "channels[1].target", "channels[2].target", "channels[3].digest", "channels[3].target",
                "channels[4].name", "channels[4].target", "channels[5].digest.at", "channels[5].digest.every", "channels[5].digest.timeZone",
            ],
            answer.Errors.Select(e => e.Field).Order(StringComparer.Ordinal));
        Assert.Empty(await host.RowsAsync("select id from finops.budget where id = 'flawed'"));
    }

    [Fact]
    public async Task A_mailbox_that_is_busy_gets_one_message_and_one_that_is_refused_none()
    {
        await host.DataAsync(Create, new { input = Input("busy", "busy", [new { kind = "email", target = "busy@example.com" }]) });
        await host.DataAsync(Create, new { input = Input("refusing", "refusing", [new { kind = "email", target = "refused@example.com" }]) });

        await host.SpendAsync("busy", 85);
        Assert.Equal("Budget busy of busy has reached 80 %", (await host.Mail.NextAsync()).Message.Subject);
        await host.SpendAsync("refusing", 85);

        await host.EventuallyAsync(r => r is ["FAILED"], "select status from finops.alert where tenant = 'refusing'");
        await host.EventuallyAsync(r => r is ["DELIVERED"], "select status from finops.alert where tenant = 'busy'");
        Assert.Equal(
            ["email 1 FAILED 450 status", "email 2 DELIVERED  "],
            await host.RowsAsync(
                """
                select channel, attempt, d.status, status_code, error from finops.alert_delivery d join finops.alert a on a.id = d.alert_id
                where tenant = 'busy' and channel = 'email' order by attempt
                """));
        Assert.Equal(0, host.Mail.Waiting);
        Assert.Equal(["recipient_refused"], await host.RowsAsync("select code from finops.alert_notice where tenant = 'refusing'"));
    }

    private static object Input(string id, string tenant, object[] channels, string amount = "100") =>
        new { id, tenant, amount, currency = "USD", thresholds = new[] { 80 }, channels };

    private static JsonElement Json(Received received) => JsonElement.Parse(received.Body);
}
