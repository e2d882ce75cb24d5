using FinOps.Platform.Tests.Faults;
using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Jobs;

/// <summary>
/// Every recurring job, found by looking at what is scheduled: run once, twice, at once with itself, or killed at any of its transactions and
/// run again, it leaves the same books. A new job is covered by being scheduled.
/// </summary>
public sealed class EveryJobTests(IdleJobsHost host) : IClassFixture<IdleJobsHost>, IAsyncLifetime
{
    private const int KillPoints = 20;

    private static bool isSeeded;

    private List<RecurringJobDto> Jobs
    {
        get
        {
            using var connection = host.Services.GetRequiredService<JobStorage>().GetConnection();
            return connection.GetRecurringJobs();
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (isSeeded) return;
        isSeeded = true;
        await SeedAsync();
        await host.RememberAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait("Reliability", "T42")]
    public void No_schedule_knows_a_zone_so_no_night_has_a_run_twice_or_not_at_all() =>
        Assert.All(Jobs, job => Assert.True(job.TimeZoneId is null or "UTC", $"{job.Id} runs by the clock of {job.TimeZoneId}"));

    [Fact]
    [Trait("Reliability", "T42")]
    public async Task A_job_that_runs_twice_or_at_once_with_itself_leaves_what_one_run_leaves()
    {
        Assert.True(Jobs.Count >= 7, $"{Jobs.Count} jobs are scheduled");
        var workers = 0;
        foreach (var job in Jobs)
        {
            await host.RestoreAsync();
            var before = await host.StateAsync();
            await RunAsync(job.Job);
            var once = await host.StateAsync();
            if (!once.SequenceEqual(before)) workers++;

            await RunAsync(job.Job);
            Assert.Equal(once, await host.StateAsync());

            await host.RestoreAsync();
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => RunAsync(job.Job))));
            Assert.Equal(once, await host.StateAsync());
        }

        // Else nothing was there to do, and the same books prove nothing.
        Assert.True(workers >= 4, $"only {workers} jobs changed anything");
    }

    [Fact]
    [Trait("Reliability", "T42")]
    public async Task A_job_that_is_killed_at_any_of_its_transactions_is_made_good_by_its_next_run()
    {
        var killed = 0;
        foreach (var job in Jobs)
        {
            await host.RestoreAsync();
            await RunAsync(job.Job);
            var undisturbed = await host.StateAsync();
            for (var point = 0; point < KillPoints; point++)
            {
                await host.RestoreAsync();
                if (await KillAsync(job.Job, point / 2, point % 2 == 0 ? Cut.BeforeCommit : Cut.RightAfterCommit)) killed++;
                await RunAsync(job.Job);
                Assert.Equal(undisturbed, await host.StateAsync());
            }
        }

        Assert.True(killed >= KillPoints, $"only {killed} runs were killed before their end");
    }

    /// <returns>Whether the run ended by it: the point may lie behind the job's end.</returns>
    private async Task<bool> KillAsync(Job job, int transactions, Cut cut)
    {
        var left = transactions;
        host.Decide = () => Interlocked.Decrement(ref left) < 0 ? cut : Cut.None;
        try
        {
            await RunAsync(job);
            return false;
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.IAssertionException)
        {
            return true;
        }
        finally
        {
            host.Decide = () => Cut.None;
            // The server notices a moment later that the connection is gone; till then it holds what makes a job the only one.
            await host.EventuallyAsync(
                rows => rows is ["0"], "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())");
        }
    }

    private async Task RunAsync(Job job)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var worker = ActivatorUtilities.GetServiceOrCreateInstance(scope.ServiceProvider, job.Type);
        var arguments = job.Method.GetParameters().Select((p, i) => p.ParameterType == typeof(CancellationToken) ? CancellationToken.None : job.Args[i]).ToArray();
        await (Task)job.Method.Invoke(worker, arguments)!;
    }

    /// <summary>Something to do for each job there is.</summary>
    private async Task SeedAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            var tenant = $"jobs-{i}";
            // Its periods end ten days from any day on which this runs: none settles while it runs.
            var start = new DateTimeOffset(DateTimeOffset.UtcNow.AddMonths(-3).AddDays(-10).UtcDateTime.Date, TimeSpan.Zero);
            await host.CreateAsync(tenant, b => (b.Period, b.Webhook) = (new() { Start = start, TimeZone = "Europe/Berlin" }, new() { Url = host.Receiver.Url(tenant) }));
            await host.SpendAsync(tenant, 3, at: DateTimeOffset.UtcNow.AddDays(-33));
            // What was crossed while nobody was told, and an alert whose job was lost.
            await host.SpendSilentlyAsync(tenant, 85);
        }

        await host.RowsAsync("insert into finops.gate (budget_id, tenant, currency, when_away, is_hard, version) values ('jobs-0-budget', 'jobs-0', 'USD', 'CLOSED', true, 1)");
        await host.RowsAsync(
            """
            insert into finops.reservation (budget_id, key, amount, actual, stage, expires_at, due_at)
            select 'jobs-0-budget', 'old-' || n, 1, 0, 'HELD', now() - interval '3 hours', now() - interval '3 hours' from generate_series(1, 12000) n
            union all select 'jobs-0-budget', 'new', 1, 0, 'HELD', now() + interval '1 minute', now() + interval '1 minute'
            """);
        // What is old enough to be forgotten, some of each.
        foreach (var sql in OldRows.Split(";\n")) await host.RowsAsync(sql);
    }

    private const string OldRows =
        """
        insert into finops.alert (id, budget_id, tenant, measure, period_start, period_end, threshold, amount, spend, currency, crossed_at, status)
        select 'old-' || n, 'jobs-1-budget', 'jobs-1', 'CHARGE', now() - interval '1 year', now(), n, 1, 1, 'USD', now() - interval '200 days', 'DELIVERED' from generate_series(1, 3) n;
        insert into finops.alert_digest (id, budget_id, channel, day, state, attempts, next_attempt_at)
        values ('old', 'jobs-1-budget', 'email', '2020-01-01', 'DELIVERED', 1, now() - interval '200 days');
        insert into finops.alert_channel (alert_id, channel, state, attempts, next_attempt_at, digest_id)
        select 'old-' || n, 'email', 'DELIVERED', 1, now() - interval '200 days', 'old' from generate_series(1, 3) n;
        insert into finops.alert_delivery (alert_id, channel, attempt, at, status) select 'old-' || n, 'email', 1, now() - interval '200 days', 'DELIVERED' from generate_series(1, 3) n;
        insert into finops.alert_test (id, budget_id, channel, at, by) values ('old', 'jobs-1-budget', 'email', now() - interval '200 days', 't');
        insert into finops.alert_notice (at, tenant, budget_id, channel, code) values (now() - interval '500 days', 'jobs-1', 'jobs-1-budget', 'email', 'status');
        insert into finops.webhook_old_secret (budget_id, secret, until) values ('jobs-1-budget', 'old', now() - interval '1 day');
        insert into finops.quarantined_record (received_at, fingerprint, door, reason, field, message, record, resolution, resolved_at)
        select now(), md5(n::text)::uuid, 'http', '', '', '', '{}', 'dismissed', now() - interval '200 days' from generate_series(1, 3) n;
        insert into finops.dead_letter (received_at, fingerprint, queue, exchange, routing_key, reason, message, headers, body, copies, resolution, resolved_at)
        select now(), md5(n::text)::uuid, 'q', '', '', '', '', '{}', '', n, 'dismissed', now() - interval '200 days' from generate_series(1, 3) n;
        insert into finops.dead_letter_replay (dead_letter, at, by) select id, now() - interval '200 days', 't' from finops.dead_letter;
        insert into finops.usage_conflict (seen_at, key_high, key_low, content, tenant, source, record_id, model, record)
        values (now() - interval '500 days', 1, 1, 1, 'jobs-1', 's', 'old', 'm', '{}')
        """;

    [Fact]
    [Trait("Reliability", "T42")]
    public async Task Of_what_is_old_enough_to_be_forgotten_nothing_is_left_and_the_alerts_and_their_count_are()
    {
        await host.RestoreAsync();
        await RunAsync(Jobs.Single(job => job.Id == "forget-old-rows").Job);
        foreach (var table in (string[])
        [
            "alert_channel where alert_id like 'old-%'", "alert_delivery where alert_id like 'old-%'", "alert_digest", "alert_test", "alert_notice where code = 'status'",
            "webhook_old_secret", "quarantined_record", "dead_letter", "dead_letter_replay", "usage_conflict", "reservation where key like 'old-%'",
        ])
            Assert.Equal(["0"], await host.RowsAsync($"select count(*) from finops.{table}"));
        Assert.Equal(["3"], await host.RowsAsync("select count(*) from finops.alert where id like 'old-%'"));
        Assert.Equal(["6"], await host.RowsAsync("select copies from finops.forgotten_dead_letters"));
    }
}
