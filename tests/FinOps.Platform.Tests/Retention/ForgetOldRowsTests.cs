using FinOps.Platform.Alerts;
using FinOps.Platform.Budgets;
using FinOps.Platform.Retention;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Retention;

/// <summary>What is kept for a while only goes, what waits or counts stays, and no alert comes again for it.</summary>
public sealed class ForgetOldRowsTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Fact]
    public async Task What_has_done_its_work_goes_after_its_time_and_what_is_younger_or_waits_stays()
    {
        await host.CreateAsync("old");
        foreach (var statement in Seed.Split(";\n")) await host.RowsAsync(statement);

        await ForgetAsync();

        foreach (var (what, rows) in new (string, string[])[]
        {
            ("select id from finops.alert_test where budget_id = 'old-budget' order by 1", ["test-young"]),
            ("select code from finops.alert_notice where budget_id = 'old-budget' order by 1", ["young"]),
            ("select secret from finops.webhook_old_secret where budget_id = 'old-budget' order by 1", ["signs"]),
            // An alert has all its channels or none, and a digest those that were in it.
            ("select alert_id, channel from finops.alert_channel c join finops.alert a on a.id = c.alert_id where tenant = 'old' order by 1, 2",
                ["half bus", "half email", "waiting bus", "waiting email", "young email"]),
            ("select id from finops.alert_digest where budget_id = 'old-budget' order by 1", ["pending", "young"]),
            ("select id from finops.alert where tenant = 'old' order by 1", ["done", "half", "waiting", "young"]),
            ("select reason from finops.quarantined_record where tenant = 'old' order by 1", ["open", "unfinished", "young"]),
            ("select r.by from finops.quarantine_replay r join finops.quarantined_record q on q.id = r.quarantined where q.tenant = 'old' order by 1", ["unfinished"]),
            ("select message from finops.dead_letter where queue = 'old' order by 1", ["open", "tried", "young"]),
            ("select record_id from finops.usage_conflict where tenant = 'old' order by 1", ["young"]),
            ("select arguments->>0 from hangfire.job where arguments->>0 like 'old-%' order by 1", ["old-failed-young", "old-waits"]),
        })
            Assert.Equal(rows, await host.RowsAsync(what));

        // The messages behind what was forgotten are still counted.
        Assert.Equal(3 + 1 + 1 + 1, (await host.DataAsync("{ ingestion { deadLettered } }")).GetProperty("ingestion").GetProperty("deadLettered").GetInt64());
    }

    [Fact]
    public async Task An_alert_whose_channels_are_forgotten_is_raised_no_second_time_and_can_still_be_sent_again()
    {
        await host.CreateAsync("again", b => (b.Thresholds, b.Webhook) = ([50m], new() { Url = host.Receiver.Url("again") }));
        await host.SpendAsync("again", 60);
        var id = (await host.Receiver.NextAsync("again")).Id;
        await host.EventuallyAsync(r => r is ["DELIVERED"], "select status from finops.alert where id = $1", id);
        await host.RowsAsync("update finops.alert_delivery set at = at - interval '200 days' where alert_id = $1", id);
        await host.RowsAsync("update finops.alert_channel set next_attempt_at = next_attempt_at - interval '200 days' where alert_id = $1", id);

        await ForgetAsync();
        Assert.Empty(await host.RowsAsync("select channel from finops.alert_channel where alert_id = $1", id));
        await host.SpendAsync("again", 10);
        await ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<SweepAlerts>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal([$"{id} DELIVERED"], await host.RowsAsync("select id, status from finops.alert where tenant = 'again'"));

        await host.DataAsync("mutation ($id: String!) { redeliverAlert(id: $id, channel: \"webhook\") { status } }", new { id });
        Assert.Equal(id, (await host.Receiver.NextAsync("again")).Id);
        await host.EventuallyAsync(r => r is ["1 DELIVERED"], "select attempt, status from finops.alert_delivery where alert_id = $1", id);
        Assert.Equal(0, host.Receiver.Waiting("again"));
    }

    /// <summary>Every table of ours, and every one of Hangfire's that takes a row for each job, stands in the runbook with what bounds it.</summary>
    [Fact]
    public async Task The_runbook_says_of_every_table_what_bounds_it()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/runbook.md"), TestContext.Current.CancellationToken);
        var growth = page[page.IndexOf("## What grows", StringComparison.Ordinal)..];
        var tables = await host.RowsAsync(
            "select relname from pg_class where relnamespace in ('finops'::regnamespace, 'orleans'::regnamespace) and relkind in ('r', 'p') and not relispartition");
        Assert.True(tables.Count > 40, $"{tables.Count} tables");
        Assert.Equal("", string.Join(", ", tables.Where(table => !growth.Contains($"`{table}`", StringComparison.Ordinal))));
    }

    private Task ForgetAsync() =>
        ActivatorUtilities.CreateInstance<ForgetOldRows>(host.Services).RunAsync(TestContext.Current.CancellationToken);

    private const string Seed =
        """
        insert into finops.alert_test (id, budget_id, channel, at, by, status)
        values ('test-old', 'old-budget', 'slack', now() - interval '91 days', 't', 'FAILED'), ('test-young', 'old-budget', 'slack', now() - interval '89 days', 't', null);
        insert into finops.alert_notice (at, tenant, budget_id, channel, code)
        values (now() - interval '401 days', 'old', 'old-budget', 'slack', 'old'), (now() - interval '399 days', 'old', 'old-budget', 'slack', 'young');
        insert into finops.webhook_old_secret (budget_id, secret, until)
        values ('old-budget', 'ended', now() - interval '1 second'), ('old-budget', 'signs', now() + interval '1 day');
        insert into finops.alert (id, budget_id, tenant, measure, period_start, period_end, threshold, amount, spend, currency, crossed_at, status)
        select id, 'old-budget', 'old', 'CHARGE', now() - interval '1 year', now(), n, 1, 1, 'USD', now() - interval '200 days', status
        from (values ('done', 1, 'FAILED'), ('half', 2, 'DELIVERED'), ('waiting', 3, 'PENDING'), ('young', 4, 'DELIVERED')) a (id, n, status);
        insert into finops.alert_digest (id, budget_id, channel, day, state, attempts, next_attempt_at)
        values ('sent', 'old-budget', 'email', '2020-01-01', 'DEAD', 3, now() - interval '190 days'),
               ('pending', 'old-budget', 'email', '2020-01-02', 'PENDING', 1, now() + interval '1 day'),
               ('young', 'old-budget', 'email', '2020-01-03', 'DELIVERED', 1, now() - interval '1 day');
        insert into finops.alert_channel (alert_id, channel, state, attempts, next_attempt_at, digest_id)
        values ('done', 'bus', 'DELIVERED', 1, now() - interval '190 days', null), ('done', 'email', 'DEAD', 3, now() - interval '190 days', 'sent'),
               ('half', 'bus', 'DELIVERED', 1, now() - interval '190 days', null), ('half', 'email', 'DELIVERED', 1, now() - interval '170 days', null),
               ('waiting', 'bus', 'DELIVERED', 1, now() - interval '190 days', null), ('waiting', 'email', 'DIGEST', 0, now() - interval '190 days', 'pending'),
               ('young', 'email', 'DELIVERED', 1, now() - interval '1 day', 'young');
        insert into finops.alert_delivery (alert_id, channel, attempt, at, status)
        values ('done', 'email', 1, now() - interval '190 days', 'FAILED'), ('waiting', 'bus', 1, now() - interval '190 days', 'DELIVERED');
        insert into finops.quarantined_record (received_at, fingerprint, door, tenant, reason, field, message, record, resolution, resolved_at)
        select now() - interval '300 days', gen_random_uuid(), 'http', 'old', reason, '', '', '{}', resolution, now() - age
        from (values ('old', 'accepted', interval '181 days'), ('young', 'dismissed', interval '179 days'), ('open', null, null),
                     ('unfinished', 'dismissed', interval '181 days')) q (reason, resolution, age);
        insert into finops.quarantine_replay (quarantined, at, by, vouched, verdict)
        select id, now() - interval '181 days', reason, false, case reason when 'old' then 'accepted' end
        from finops.quarantined_record where tenant = 'old' and reason in ('old', 'unfinished');
        insert into finops.dead_letter (received_at, fingerprint, queue, exchange, routing_key, reason, message, headers, body, copies, resolution, resolved_at)
        select now() - interval '300 days', gen_random_uuid(), 'old', '', '', '', message, '{}', '', copies, resolution, now() - age
        from (values ('gone', 3, 'replayed', interval '181 days'), ('young', 1, 'dismissed', interval '179 days'), ('open', 1, null, null),
                     ('tried', 1, 'dismissed', interval '181 days')) d (message, copies, resolution, age);
        insert into finops.dead_letter_replay (dead_letter, at, by, outcome)
        select id, case message when 'gone' then now() - interval '181 days' else now() end, 't', 'sent'
        from finops.dead_letter where queue = 'old' and message in ('gone', 'tried');
        insert into finops.usage_conflict (seen_at, key_high, key_low, content, tenant, source, record_id, model, record)
        values (now() - interval '401 days', 1, 1, 1, 'old', 's', 'old', 'm', '{}'), (now() - interval '399 days', 1, 1, 2, 'old', 's', 'young', 'm', '{}');
        insert into hangfire.job (statename, invocationdata, arguments, createdat)
        values ('Failed', '{}', '["old-failed"]', now() - interval '15 days'), ('Failed', '{}', '["old-failed-young"]', now() - interval '13 days'),
               ('Awaiting', '{}', '["old-waits"]', now() - interval '15 days')
        """;
}
