using System.Globalization;
using System.Text;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Platform.Alerts;
using FinOps.Platform.Tests.Alerts;
using FinOps.Platform.Tests.Fixtures;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>From a committed record to the tenant's receiver.</summary>
public sealed class BudgetAlertTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Fact]
    public async Task A_crossing_alerts_once_signed_on_the_webhook_and_on_the_bus()
    {
        var heard = await ListenAsync("acme");
        var budget = await host.CreateAsync("acme", b => b.Webhook = new() { Url = host.Receiver.Url("acme") });

        Assert.Equal("accepted", await host.SpendAsync("acme", 49));
        var now = DateTimeOffset.UtcNow;
        Assert.Equal("accepted", await host.SpendAsync("acme", 6, id: "the-one", at: now));
        var received = await host.Receiver.NextAsync("acme");
        Assert.Equal("duplicate", await host.SpendAsync("acme", 6, id: "the-one", at: now));
        Assert.Equal("accepted", await host.SpendAsync("acme", 1));
        var rows = await host.EventuallyAsync(
            r => r is [var row] && row.EndsWith("DELIVERED", StringComparison.Ordinal),
            "select id, threshold, spend, status from finops.alert where tenant = $1", "acme");

        var alert = JsonSerializer.Deserialize<BudgetAlertRaised>(received.Body, JsonSerializerOptions.Web)!;
        Assert.Equal([$"{alert.AlertId} 50 55 DELIVERED"], rows);
        Assert.Equal(received.Id, alert.AlertId);
        Assert.Equal(("acme-budget", "acme", "CHARGE", 50m, "100", "55", "USD"), (
            alert.BudgetId, alert.Tenant, alert.Measure, alert.ThresholdPercent, alert.Amount, alert.Spend, alert.Currency));
        Assert.Equal(received.Signature, SignatureOf(budget.WebhookSecret!, received));
        Assert.Equal(alert, await heard.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, host.Receiver.Waiting("acme"));
    }

    [Fact]
    public async Task A_budget_over_a_card_with_free_units_crosses_by_the_charge_that_reports_tell()
    {
        await host.DataAsync(
            """
            mutation ($model: String!) {
              setRateCard(input: {
                model: $model, from: "2026-01-01T00:00:00Z", currency: "USD", tenant: "allowed", rates: [{ unitClass: "output", perUnit: 1 }],
                freeUnitsPerMonth: [{ unitClass: "output", units: 10 }] }) { version }
            }
            """, new { model = AlertingHost.Model });
        await host.CreateAsync("allowed", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("allowed") }));

        await host.SpendAsync("allowed", 59);
        await host.SpendAsync("allowed", 6);
        await host.Receiver.NextAsync("allowed");
        var rows = await host.EventuallyAsync(
            r => r is [var row] && row.EndsWith("DELIVERED", StringComparison.Ordinal), "select threshold, spend, status from finops.alert where tenant = $1", "allowed");
        var month = new DateTimeOffset(DateTimeOffset.UtcNow.Year, DateTimeOffset.UtcNow.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var answer = await host.DataAsync(
            """
            query ($from: DateTime!, $to: DateTime!) {
              budgets(tenants: ["allowed"]) { spend } unitCost(where: { from: $from, to: $to, tenants: ["allowed"] }) { total { charge } }
            }
            """, new { from = month, to = month.AddMonths(1) });

        Assert.Equal(["50 55 DELIVERED"], rows);
        Assert.Equal("55", answer.GetProperty("budgets")[0].GetProperty("spend").GetString());
        Assert.Equal("55", answer.GetProperty("unitCost").GetProperty("total").GetProperty("charge").GetString());
    }

    [Fact]
    public async Task One_record_that_jumps_three_thresholds_gives_three_alerts()
    {
        await host.CreateAsync("jumper", b => b.Webhook = new() { Url = host.Receiver.Url("jumper") });

        await host.SpendAsync("jumper", 100);

        string[] received = [await NextIdAsync("jumper"), await NextIdAsync("jumper"), await NextIdAsync("jumper")];
        Assert.Equal(["100", "50", "80"], received.Select(id => id.Split('_')[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_receiver_that_fails_twice_gets_one_alert_with_one_id()
    {
        await host.CreateAsync("flaky", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("flaky", 500, 302) }));

        await host.SpendAsync("flaky", 50);

        var tries = new[] { await host.Receiver.NextAsync("flaky"), await host.Receiver.NextAsync("flaky"), await host.Receiver.NextAsync("flaky") };
        Assert.Single(tries.Select(t => t.Id).Distinct());
        Assert.Single(tries.Select(t => Encoding.UTF8.GetString(t.Body)).Distinct());
        await DeliveredAsync("flaky");
        Assert.Equal(
            ["bus 1 DELIVERED  ", "webhook 1 FAILED 500 status", "webhook 2 FAILED 302 redirect", "webhook 3 DELIVERED 200 "], await LogAsync("flaky"));
        Assert.Equal(0, host.Receiver.Waiting("flaky"));
    }

    [Fact]
    public async Task A_receiver_that_never_takes_it_is_given_up_and_the_log_says_so()
    {
        await host.CreateAsync("broken", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("broken", 500, 500, 500, 500) }));

        await host.SpendAsync("broken", 50);

        await host.EventuallyAsync(r => r is ["FAILED"], "select status from finops.alert where tenant = $1", "broken");
        Assert.Equal(["bus 1 DELIVERED  ", .. Enumerable.Range(1, 3).Select(i => $"webhook {i} FAILED 500 status")], await LogAsync("broken"));
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_not_called_again_until_it_is_named_again()
    {
        var url = host.Receiver.Url("gone", 410);
        await host.CreateAsync("gone", b => b.Webhook = new() { Url = url });

        await host.SpendAsync("gone", 50);
        await host.Receiver.NextAsync("gone");
        await host.EventuallyAsync(r => r is ["50 FAILED"], "select threshold, status from finops.alert where tenant = $1", "gone");
        await host.SpendAsync("gone", 30);
        await host.EventuallyAsync(r => r.Contains("80 FAILED"), "select threshold, status from finops.alert where tenant = $1", "gone");
        Assert.Equal(0, host.Receiver.Waiting("gone"));

        await host.CreateAsync("gone", b => b.Webhook = new() { Url = url });
        await host.SpendAsync("gone", 20);
        await host.Receiver.NextAsync("gone");
    }

    [Fact]
    public async Task Records_that_are_in_already_are_listed_and_delivered_only_where_the_budget_says_so()
    {
        var lastYear = DateTimeOffset.UtcNow.AddYears(-1);
        await host.SpendAsync("past", 85, at: lastYear);
        var period = new Platform.Budgets.BudgetPeriodInput { Start = Midnight(lastYear), End = Midnight(lastYear).AddDays(2) };

        await host.CreateAsync("past", b => (b.Id, b.Period, b.Webhook) = ("quiet", period, new() { Url = host.Receiver.Url("quiet") }));
        await host.CreateAsync("past", b =>
            (b.Id, b.Period, b.DeliverBackfilled, b.Webhook) = ("loud", period, true, new() { Url = host.Receiver.Url("loud") }));

        Assert.Equal(["50 SUPPRESSED", "80 SUPPRESSED"], await host.RowsAsync(
            "select threshold, status from finops.alert where budget_id = 'quiet' order by 1"));
        await host.Receiver.NextAsync("loud");
        await host.Receiver.NextAsync("loud");

        // What comes later, be it of last year, is news for both.
        await host.SpendAsync("past", 15, at: lastYear);
        await host.Receiver.NextAsync("loud");
        var late = await host.Receiver.NextAsync("quiet");
        Assert.EndsWith("_100", late.Id, StringComparison.Ordinal);
        Assert.Equal(0, host.Receiver.Waiting("quiet"));
    }

    [Fact]
    public async Task A_refused_address_is_called_never_and_the_log_says_why_in_a_word()
    {
        await host.CreateAsync("inside", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("inside") }));
        // As if the name's address had changed after it was set.
        await host.RowsAsync("update finops.webhook set url = 'http://169.254.169.254/latest/meta-data/' where budget_id = 'inside-budget'");

        await host.SpendAsync("inside", 50);

        await host.EventuallyAsync(r => r is ["FAILED"], "select status from finops.alert where tenant = $1", "inside");
        Assert.Equal(["bus 1 DELIVERED  ", "webhook 1 REFUSED  address_not_allowed"], await LogAsync("inside"));
    }

    [Fact]
    public async Task A_webhook_secret_is_in_the_answer_alone()
    {
        var budget = await host.CreateAsync("secretive", b => b.Webhook = new() { Url = host.Receiver.Url("secretive") });
        await host.SpendAsync("secretive", 50);
        await host.Receiver.NextAsync("secretive");
        var again = await host.CreateAsync("secretive", b => (b.Amount, b.Webhook) = (200m, new() { Url = host.Receiver.Url("secretive") }));

        Assert.StartsWith("whsec_", budget.WebhookSecret, StringComparison.Ordinal);
        Assert.Null(again.WebhookSecret);
        var secret = budget.WebhookSecret!;
        Assert.Empty(await host.RowsAsync("select id from hangfire.job where strpos(invocationdata::text || arguments::text, $1) > 0", secret));
        Assert.Empty(await host.RowsAsync("select id from hangfire.state where strpos(data::text, $1) > 0", secret));
        Assert.Empty(await host.RowsAsync("select id from finops.mt_events where strpos(data::text, $1) > 0", secret));
        Assert.Single(await host.RowsAsync("select budget_id from finops.webhook where secret = $1", secret));
    }

    private async Task<string> NextIdAsync(string path) => (await host.Receiver.NextAsync(path)).Id;

    private static DateTimeOffset Midnight(DateTimeOffset instant) => new(instant.UtcDateTime.Date, TimeSpan.Zero);

    private static string SignatureOf(string secret, Received received) =>
        StandardWebhook.Sign(secret, received.Id, long.Parse(received.Timestamp, CultureInfo.InvariantCulture), received.Body);

    private Task<IReadOnlyList<string>> DeliveredAsync(string tenant) => host.EventuallyAsync(
        r => r.Count > 0 && r.All(status => status == "DELIVERED"), "select status from finops.alert where tenant = $1", tenant);

    private Task<IReadOnlyList<string>> LogAsync(string tenant) => host.RowsAsync(
        """
        select channel, attempt, d.status, status_code, error
        from finops.alert_delivery d join finops.alert a on a.id = d.alert_id where tenant = $1 order by channel, attempt
        """, tenant);

    /// <summary>The first alert of the tenant that any consumer on the bus would get.</summary>
    private async Task<Task<BudgetAlertRaised>> ListenAsync(string tenant)
    {
        const string exchange = "FinOps.Contracts:BudgetAlertRaised";
        var heard = new TaskCompletionSource<BudgetAlertRaised>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = await new ConnectionFactory { Uri = host.Broker }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: TestContext.Current.CancellationToken);
        var queue = await channel.QueueDeclareAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.QueueBindAsync(queue.QueueName, exchange, "", cancellationToken: TestContext.Current.CancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            using var envelope = JsonDocument.Parse(message.Body);
            var alert = envelope.RootElement.GetProperty("message").Deserialize<BudgetAlertRaised>(JsonSerializerOptions.Web)!;
            if (alert.Tenant == tenant) heard.TrySetResult(alert);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, TestContext.Current.CancellationToken);
        return heard.Task;
    }
}
