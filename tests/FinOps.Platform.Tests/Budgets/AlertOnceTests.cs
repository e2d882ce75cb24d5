using System.Collections.Concurrent;
using FinOps.Domain.Alerts;
using FinOps.Platform.Alerts;
using FinOps.Platform.Budgets;
using FinOps.Platform.Tests.Fixtures;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>Never two, never none: writers that race, jobs that run twice, processes that die in between.</summary>
public sealed class AlertOnceTests(AlertOnceTests.UnsweptHost host) : IClassFixture<AlertOnceTests.UnsweptHost>
{
    [Fact]
    public async Task Sixty_four_evaluations_at_once_alert_once_per_threshold()
    {
        for (var run = 0; run < 20; run++)
        {
            var tenant = $"raced-{run}";
            await host.CreateAsync(tenant);
            await host.SpendSilentlyAsync(tenant, 100);
            var raised = new ConcurrentQueue<string>();

            await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => EvaluateAsync(tenant, raised.Enqueue))));

            var rows = await host.RowsAsync("select id from finops.alert where tenant = $1 order by threshold", tenant);
            Assert.Equal(3, rows.Count);
            Assert.Equal(rows.Order(StringComparer.Ordinal), raised.Order(StringComparer.Ordinal));
            Assert.Equal(["3"], await host.RowsAsync(
                "select count(*) from finops.mt_events where type = 'threshold_crossed_v1' and data ->> 'tenant' = $1", tenant));
        }
    }

    [Fact]
    public async Task An_alert_whose_job_was_lost_is_delivered_by_the_sweep()
    {
        await host.CreateAsync("jobless", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("jobless") }));
        await host.SpendSilentlyAsync("jobless", 50);
        // The process died between the commit and the queue.
        await EvaluateAsync("jobless", _ => { });

        await SweepAlertsAsync(later: TimeSpan.FromMinutes(1));

        await host.Receiver.NextAsync("jobless");
        await SweepAlertsAsync(later: TimeSpan.FromMinutes(2));
        await host.EventuallyAsync(r => r is ["DELIVERED"], "select status from finops.alert where tenant = 'jobless'");
        Assert.Equal(0, host.Receiver.Waiting("jobless"));
    }

    [Fact]
    public async Task Usage_of_which_nobody_was_told_is_found_by_the_sweep_once()
    {
        await host.CreateAsync("unnoticed", b => b.Webhook = new() { Url = host.Receiver.Url("unnoticed") });
        await host.SpendSilentlyAsync("unnoticed", 55);
        var sweep = ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services);

        Assert.Contains("unnoticed", await BudgetWatch.TenantsWithNewsAsync(host.Database, TestContext.Current.CancellationToken));
        await Task.WhenAll(sweep.RunAsync(CancellationToken.None), sweep.RunAsync(CancellationToken.None));

        Assert.EndsWith("_50", (await host.Receiver.NextAsync("unnoticed")).Id, StringComparison.Ordinal);
        Assert.DoesNotContain("unnoticed", await BudgetWatch.TenantsWithNewsAsync(host.Database, TestContext.Current.CancellationToken));
        await host.SpendSilentlyAsync("unnoticed", 25);
        await sweep.RunAsync(CancellationToken.None);
        Assert.EndsWith("_80", (await host.Receiver.NextAsync("unnoticed")).Id, StringComparison.Ordinal);
        Assert.Equal(0, host.Receiver.Waiting("unnoticed"));
    }

    [Fact]
    public async Task A_delivery_job_that_runs_eight_times_at_once_sends_once()
    {
        var alert = await RaiseAsync("eager");
        var job = host.Services.GetRequiredService<DeliverAlert>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => job.RunAsync(alert, CancellationToken.None))));
        await job.RunAsync(alert, CancellationToken.None);

        await host.Receiver.NextAsync("eager");
        // The sweep may have claimed a channel before any of the nine: what counts is where it ends.
        await Eventually.SeeAsync(() => host.RowsAsync("select status from finops.alert where tenant = 'eager'"), rows => rows is ["DELIVERED"]);
        Assert.Equal(0, host.Receiver.Waiting("eager"));
    }

    [Fact]
    public async Task Two_channels_that_end_at_the_same_moment_end_the_alert()
    {
        var alert = await RaiseAsync("doubled");
        var store = host.Services.GetRequiredService<AlertStore>();
        var now = DateTimeOffset.UtcNow;
        string[] channels = [BusChannel.Name, WebhookChannel.Name];
        foreach (var channel in channels) Assert.Equal(new ClaimedTry(1, 1), await store.ClaimAsync(alert, channel, now, CancellationToken.None));

        // Both are let go only when both have come as far as they can.
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand("select from finops.alert where id = $1 for update", connection) { Parameters = { new() { Value = alert } } })
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var ends = channels.Select(channel => store.RecordAsync(
            alert, channel, 1, now, new DeliveryOutcome.Delivered(200), new NextStep.Done(), CancellationToken.None)).ToArray();
        await host.EventuallyAsync(
            r => r is ["2"], "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%finops.alert%'");
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(ends);

        Assert.Equal(["DELIVERED"], await host.RowsAsync("select status from finops.alert where tenant = 'doubled'"));
    }

    [Fact]
    public async Task A_job_that_died_with_a_claim_is_followed_after_the_claim_ran_out()
    {
        var alert = await RaiseAsync("killed");
        await host.Services.GetRequiredService<AlertStore>()
            .ClaimAsync(alert, WebhookChannel.Name, DateTimeOffset.UtcNow, CancellationToken.None);
        var job = host.Services.GetRequiredService<DeliverAlert>();

        await job.RunAsync(alert, CancellationToken.None);
        Assert.Equal(0, host.Receiver.Waiting("killed"));
        await host.RowsAsync("update finops.alert_channel set claimed_until = now() where alert_id = $1", alert);
        await job.RunAsync(alert, CancellationToken.None);

        await host.Receiver.NextAsync("killed");
        Assert.Equal(["2"], await host.RowsAsync(
            "select attempt from finops.alert_delivery where alert_id = $1 and channel = 'webhook'", alert));
    }

    /// <summary>An alert of both channels that no job was told of.</summary>
    private async Task<string> RaiseAsync(string tenant)
    {
        await host.CreateAsync(tenant, b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url(tenant) }));
        await host.SpendSilentlyAsync(tenant, 50);
        var raised = new ConcurrentQueue<string>();
        await EvaluateAsync(tenant, raised.Enqueue);
        return raised.Single();
    }

    /// <summary>As one more writer with a memory of its own, on another machine for all the database knows.</summary>
    private async Task EvaluateAsync(string tenant, Action<string> deliver)
    {
        var evaluate = host.Services.GetRequiredService<EvaluateBudgets>();
        var store = host.Services.GetRequiredService<IDocumentStore>();
        var database = host.Services.GetRequiredService<NpgsqlDataSource>();
        var days = await TouchedDays.ReadAsync(database, tenant, since: null, CancellationToken.None);
        while (true)
        {
            var open = await OpenBudgets.LoadAsync(database, store, tenant, CancellationToken.None);
            try
            {
                await evaluate.RunAsync(open, days, new Evaluation(), deliver, CancellationToken.None);
                return;
            }
            catch (StaleBudgetException)
            {
                // Another one was first: look again.
            }
        }
    }

    private Task SweepAlertsAsync(TimeSpan later)
    {
        var deliveries = host.Services.GetRequiredService<DeliveryRequests>();
        return new SweepAlerts(host.Services.GetRequiredService<AlertStore>(), deliveries, new LaterClock(later)).RunAsync(CancellationToken.None);
    }

    /// <summary>Delivers, and sweeps only when a test does: a minute's sweep of its own would raise what a test wants to raise.</summary>
    public sealed class UnsweptHost : AlertingHost
    {
        protected override Task SeedAsync() => UnscheduleAsync("sweep-budgets", "sweep-alerts");
    }

    private sealed class LaterClock(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + later;
    }
}
