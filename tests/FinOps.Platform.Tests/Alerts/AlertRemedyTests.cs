using System.Globalization;
using System.Text;
using FinOps.Platform.Alerts;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>What people do about deliveries: rotate, try, send again, start again, write their own texts.</summary>
public sealed class AlertRemedyTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const string Rotate = "mutation ($id: String!, $until: DateTime) { rotateWebhookSecret(budgetId: $id, oldUntil: $until) { webhookSecret oldUntil } }";
    private const string Try = "mutation ($id: String!, $channel: String!) { sendTestAlert(budgetId: $id, channel: $channel) { channel status statusCode error } }";

    private const string Verifier =
        """
        import { Webhook } from "standardwebhooks";
        import { readFileSync } from "node:fs";
        const { secrets, headers, body } = JSON.parse(readFileSync(process.argv[2], "utf8"));
        for (const secret of secrets) new Webhook(secret).verify(body, headers);
        let forged = 0;
        try { new Webhook(secrets[0]).verify(body + " ", headers); } catch { forged++; }
        console.log(secrets.length, forged);
        """;

    [Fact]
    public async Task While_a_secret_is_rotated_both_sign_and_the_npm_verifier_takes_a_real_delivery_by_either()
    {
        var budget = await host.CreateAsync("rotating", b => b.Webhook = new() { Url = host.Receiver.Url("rotating") });
        var answer = (await host.DataAsync(Rotate, new { id = budget.Id }, "operator")).GetProperty("rotateWebhookSecret");
        var fresh = answer.GetProperty("webhookSecret").GetString()!;
        await host.SpendAsync("rotating", 50);
        var received = await host.Receiver.NextAsync("rotating");

        Assert.Equal(
            $"{Sign(fresh, received)} {Sign(budget.WebhookSecret!, received)}", received.Signature);
        var directory = Directory.CreateTempSubdirectory("finops-verifier-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), """{"private":true,"type":"module"}""", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(directory, "verify.js"), Verifier, TestContext.Current.CancellationToken);
            var delivery = System.Text.Json.JsonSerializer.Serialize(new
            {
                secrets = new[] { fresh, budget.WebhookSecret },
                headers = new Dictionary<string, string>
                {
                    ["webhook-id"] = received.Id,
                    ["webhook-timestamp"] = received.Timestamp,
                    ["webhook-signature"] = received.Signature,
                },
                body = Encoding.UTF8.GetString(received.Body),
            });
            await File.WriteAllTextAsync(Path.Combine(directory, "delivery.json"), delivery, TestContext.Current.CancellationToken);
            var installed = await NodeRun.OfAsync(directory, "npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "standardwebhooks@1.1.1");
            Assert.SkipWhen(installed is null, "npm is not there.");
            Assert.SkipWhen(installed!.ExitCode != 0, $"npm cannot install standardwebhooks: {installed.Error}");
            var run = await NodeRun.OfAsync(directory, "node", "verify.js", "delivery.json");
            Assert.True(run is { ExitCode: 0 }, run?.Error);
            Assert.Equal("2 1", run!.Output.Trim());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task An_old_secret_ends_when_it_was_said_to_and_no_more_than_four_sign()
    {
        var budget = await host.CreateAsync("ending", b => b.Webhook = new() { Url = host.Receiver.Url("ending") });
        var tooLong = await host.GraphAsync(Rotate, new { id = budget.Id, until = DateTimeOffset.UtcNow.AddDays(31) });
        for (var i = 0; i < 3; i++) await host.DataAsync(Rotate, new { id = budget.Id });
        var tooMany = await host.GraphAsync(Rotate, new { id = budget.Id });
        await host.RowsAsync("update finops.webhook_old_secret set until = now() where budget_id = $1", budget.Id);
        await host.SpendAsync("ending", 50);

        Assert.Equal("oldUntil", tooLong.Errors.Single().Field);
        Assert.Equal("too_many_secrets", tooMany.Errors.Single().Code);
        var secret = Assert.Single(await host.RowsAsync("select secret from finops.webhook where budget_id = $1", budget.Id));
        var received = await host.Receiver.NextAsync("ending");
        Assert.Equal(Sign(secret, received), received.Signature);
    }

    [Fact]
    public async Task A_410_switches_the_channel_off_the_tenant_is_told_and_can_start_it_again()
    {
        await host.CreateAsync("leaver", b =>
        {
            b.Webhook = new() { Url = host.Receiver.Url("leaver") };
            b.Channels = [new() { Kind = "slack", Target = host.Receiver.Url("leaver-slack", 410) }];
        });
        await host.SpendAsync("leaver", 50);
        await host.Receiver.NextAsync("leaver-slack");
        await host.EventuallyAsync(r => r.Contains("FAILED"), "select status from finops.alert where tenant = 'leaver'");
        await host.SpendAsync("leaver", 30);
        await host.EventuallyAsync(r => r is ["FAILED", "FAILED"], "select status from finops.alert where tenant = 'leaver'");
        Assert.Equal(0, host.Receiver.Waiting("leaver-slack"));

        var told = await host.DataAsync("""{ alertNotices(tenants: ["leaver"]) { budgetId channel code } budgets(tenants: ["leaver"]) { channels { name disabledAt } } }""");
        Assert.Equal(
            """[{"budgetId":"leaver-budget","channel":"slack","code":"channel_disabled"},{"budgetId":"leaver-budget","channel":"slack","code":"gone"}]""",
            Compact(told.GetProperty("alertNotices")));
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, told.GetProperty("budgets")[0].GetProperty("channels")[0].GetProperty("disabledAt").ValueKind);

        await host.DataAsync("""mutation { enableAlertChannel(budgetId: "leaver-budget", channel: "slack") { disabledAt } }""");
        await host.SpendAsync("leaver", 20);
        await host.Receiver.NextAsync("leaver-slack");
    }

    [Fact]
    public async Task What_was_given_up_is_sent_again_with_its_id_and_a_new_schedule()
    {
        await host.CreateAsync("dead", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("dead", 500, 500, 500, 500) }));
        await host.SpendAsync("dead", 50);
        await host.EventuallyAsync(r => r is ["FAILED"], "select status from finops.alert where tenant = 'dead'");
        var first = await host.Receiver.NextAsync("dead");
        var id = first.Id;

        await host.DataAsync("mutation ($id: String!) { redeliverAlert(id: $id, channel: \"webhook\") { status } }", new { id });

        await host.EventuallyAsync(r => r is ["DELIVERED"], "select status from finops.alert where tenant = 'dead'");
        Assert.Equal(
            ["1 FAILED", "2 FAILED", "3 FAILED", "4 FAILED", "5 DELIVERED"],
            await host.RowsAsync("select attempt, status from finops.alert_delivery where alert_id = $1 and channel = 'webhook' order by 1", id));
        for (var i = 0; i < 4; i++) Assert.Equal(id, (await host.Receiver.NextAsync("dead")).Id);
        var unknown = await host.GraphAsync("mutation ($id: String!) { redeliverAlert(id: $id, channel: \"pigeon\") { status } }", new { id });
        Assert.Equal("channel", unknown.Errors.Single().Field);
    }

    [Fact]
    public async Task A_channel_can_be_tried_and_says_what_became_of_it_and_not_without_end()
    {
        await host.CreateAsync("trying", b =>
        {
            b.Webhook = new() { Url = host.Receiver.Url("trying", 500) };
            b.Channels = [new() { Kind = "email", Target = "try@example.com" }];
        });
        var failed = await host.DataAsync(Try, new { id = "trying-budget", channel = "webhook" });
        var mailed = await host.DataAsync(Try, new { id = "trying-budget", channel = "email" });
        var subject = (await host.Mail.NextAsync()).Message.Subject;

        Assert.Equal("""{"channel":"webhook","status":"FAILED","statusCode":500,"error":"status"}""", Compact(failed.GetProperty("sendTestAlert")));
        Assert.Equal("""{"channel":"email","status":"DELIVERED","statusCode":null,"error":null}""", Compact(mailed.GetProperty("sendTestAlert")));
        Assert.Equal("Test of the alerts of budget trying-budget of trying", subject);
        Assert.Contains("\"kind\":\"TEST\"", Encoding.UTF8.GetString((await host.Receiver.NextAsync("trying")).Body), StringComparison.Ordinal);
        Assert.Empty(await host.RowsAsync("select id from finops.alert where tenant = 'trying'"));
        for (var i = 0; i < 18; i++) await host.DataAsync(Try, new { id = "trying-budget", channel = "webhook" });
        Assert.Equal("too_many_tests", (await host.GraphAsync(Try, new { id = "trying-budget", channel = "webhook" })).Errors.Single().Code);
    }

    [Fact]
    public async Task Another_tenants_deliveries_cannot_be_touched_and_look_as_if_there_were_none()
    {
        await host.CreateAsync("globex", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("globex") }));
        await host.SpendAsync("globex", 50);
        var id = (await host.Receiver.NextAsync("globex")).Id;
        foreach (var mutation in (string[])
                 [
                     "redeliverAlert(id: $id, channel: \"webhook\") { id }", "sendTestAlert(budgetId: $id, channel: \"webhook\") { at }",
                     "rotateWebhookSecret(budgetId: $id) { webhookSecret }", "enableAlertChannel(budgetId: $id, channel: \"webhook\") { name }",
                     "setQuietHours(budgetId: $id, from: \"22:00\", to: \"07:00\") { from }", "removeQuietHours(budgetId: $id)",
                     "setAlertTemplate(input: { budgetId: $id, text: \"x\" }) { tenant }", "removeAlertTemplate(budgetId: $id)",
                 ])
        {
            var theirs = mutation.StartsWith("redeliver", StringComparison.Ordinal) ? id : "globex-budget";
            var foreign = await host.GraphAsync($"mutation ($id: String!) {{ {mutation} }}", new { id = theirs }, "acme");
            var nobodys = await host.GraphAsync($"mutation ($id: String!) {{ {mutation} }}", new { id = "nobodys" }, "acme");
            Assert.NotEmpty(foreign.Errors);
            Assert.Equal(nobodys.Errors, foreign.Errors);
        }

        const string all = """{ alertNotices(tenants: ["globex"]) { code } alertTemplates(tenants: ["globex"]) { subject } budgets(tenants: ["globex"]) { channels { target } } }""";
        await host.RowsAsync("insert into finops.alert_notice (at, tenant, budget_id, channel, code) values (now(), 'globex', 'globex-budget', 'webhook', 'gone')");
        await host.DataAsync("""mutation { setAlertTemplate(input: { subject: "ours" }) { tenant } }""", role: "globex");
        Assert.Equal("""{"alertNotices":[],"alertTemplates":[],"budgets":[]}""", Compact(await host.DataAsync(all, role: "acme")));
        var own = await host.DataAsync(all, role: "globex");
        Assert.Equal("""[{"code":"gone"}]""", Compact(own.GetProperty("alertNotices")));
        Assert.Equal("""[{"subject":"ours"}]""", Compact(own.GetProperty("alertTemplates")));
    }

    [Fact]
    public async Task A_template_is_the_budgets_then_the_tenants_then_ours_and_a_bad_one_is_not_stored()
    {
        const string set = "mutation ($input: AlertTemplateInput!) { setAlertTemplate(input: $input) { tenant budgetId } }";
        await host.CreateAsync("texts", b => (b.Id, b.Thresholds, b.Channels) = ("texts-one", [50m], [new() { Kind = "slack", Target = host.Receiver.Url("texts-one") }]));
        await host.CreateAsync("texts", b => (b.Id, b.Thresholds, b.Channels) = ("texts-two", [50m], [new() { Kind = "slack", Target = host.Receiver.Url("texts-two") }]));
        var bad = await host.GraphAsync(set, new { input = new { tenant = "texts", subject = "{{ tenant", html = "{% for %}" } });
        await host.DataAsync(set, new { input = new { tenant = "texts", subject = "All of {{ tenant }}" } });
        await host.DataAsync(set, new { input = new { budgetId = "texts-one", subject = "One at {{ spentPercent }}" } });

        await host.SpendAsync("texts", 50);

        Assert.Equal(["html", "subject"], bad.Errors.Select(e => e.Field).Order(StringComparer.Ordinal));
        Assert.All(bad.Errors, e => Assert.Equal("template_invalid", e.Code));
        Assert.Contains("One at 50", Encoding.UTF8.GetString((await host.Receiver.NextAsync("texts-one")).Body), StringComparison.Ordinal);
        Assert.Contains("All of texts", Encoding.UTF8.GetString((await host.Receiver.NextAsync("texts-two")).Body), StringComparison.Ordinal);
        var listed = await host.DataAsync("""{ alertTemplates(tenants: ["texts"]) { budgetId subject text } }""");
        Assert.Equal(2, listed.GetProperty("alertTemplates").GetArrayLength());
        Assert.True((await host.DataAsync("""mutation { removeAlertTemplate(tenant: "texts") }""")).GetProperty("removeAlertTemplate").GetBoolean());
    }

    private static string Sign(string secret, Received received) =>
        StandardWebhook.Sign(secret, received.Id, long.Parse(received.Timestamp, CultureInfo.InvariantCulture), received.Body);

    private static string Compact(System.Text.Json.JsonElement element) => System.Text.Json.JsonSerializer.Serialize(element);
}
