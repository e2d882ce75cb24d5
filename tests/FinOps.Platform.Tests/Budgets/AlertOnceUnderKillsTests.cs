using FinOps.Platform.Alerts;
using FinOps.Platform.Budgets;
using FinOps.Platform.Tests.Faults;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>
/// 64 writers at once on one budget, of which some die at any statement, and none tells anyone what it raised. Twenty runs; a thousand with
/// <c>FINOPS_FAULTS=full infra/test AlertOnceUnderKills</c>.
/// </summary>
public sealed class AlertOnceUnderKillsTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const int Writers = 64;

    [Fact]
    [Trait("Reliability", "T40")]
    public async Task Whatever_dies_each_threshold_of_a_period_has_one_alert_and_the_sweeps_find_what_was_left_behind()
    {
        var random = new Random(40);
        var died = 0;
        for (var run = 0; run < FaultRounds.Of(few: 20, full: 1_000); run++)
        {
            var tenant = $"kills-{run}";
            await host.CreateAsync(tenant, b => b.Webhook = new() { Url = host.Receiver.Url(tenant) });
            await host.SpendSilentlyAsync(tenant, 100);
            var deaths = Enumerable.Range(0, Writers).Select(_ => random.Next(4) == 0 ? (int?)random.Next(0, 30) : null).ToArray();

            var alive = await Task.WhenAll(deaths.Select(death => Task.Run(() => EvaluateAsync(tenant, death))).Append(Task.Run(KillConnectionsAsync)));
            died += alive.Count(a => !a);
            await ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(CancellationToken.None);

            Assert.Equal(["50", "80", "100"], (await host.RowsAsync("select threshold::int from finops.alert where tenant = $1 order by threshold", tenant)));
            Assert.Equal(["3"], await host.RowsAsync("select count(*) from finops.mt_events where type = 'threshold_crossed_v1' and data ->> 'tenant' = $1", tenant));
            // The minute's sweep comes when the try is overdue.
            await SweepAlertsAsync(later: TimeSpan.FromMinutes(1));
            await host.EventuallyAsync(r => r is ["DELIVERED 3"], "select status, count(*) from finops.alert where tenant = $1 group by status", tenant);
            // A sender whose connection was cut after the call sends again, under the same id.
            var ids = new HashSet<string>();
            while (host.Receiver.Waiting(tenant) > 0) ids.Add((await host.Receiver.NextAsync(tenant)).Id);
            Assert.Equal(3, ids.Count);
        }

        Assert.True(died > 20, $"only {died} writers died");
    }

    /// <returns>Whether the writer lived to its end.</returns>
    private async Task<bool> EvaluateAsync(string tenant, int? diesAfterMilliseconds)
    {
        using var life = new CancellationTokenSource(diesAfterMilliseconds ?? Timeout.Infinite);
        var evaluate = host.Services.GetRequiredService<EvaluateBudgets>();
        var store = host.Services.GetRequiredService<IDocumentStore>();
        var database = host.Services.GetRequiredService<NpgsqlDataSource>();
        while (true)
        {
            try
            {
                var days = await TouchedDays.ReadAsync(database, tenant, since: null, life.Token);
                var open = await OpenBudgets.LoadAsync(database, store, tenant, life.Token);
                // What it raises it tells nobody: it dies before.
                await evaluate.RunAsync(open, days, new Evaluation(MayTakeBack: false, WithForecast: false), _ => { }, life.Token);
                return true;
            }
            catch (StaleBudgetException)
            {
                // Another one was first: look again.
            }
            catch (Exception) when (life.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception death) when (IsCut(death))
            {
                return false;
            }
        }
    }

    /// <summary>Connections that work on alerts go away, three times, whatever they are at.</summary>
    private async Task<bool> KillConnectionsAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await host.RowsAsync(
                """
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and query like '%finops.alert%' and state <> 'idle'
                """);
        }

        return true;
    }

    private static bool IsCut(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            if (cause is NpgsqlException) return true;
        return false;
    }

    private Task SweepAlertsAsync(TimeSpan later)
    {
        var deliveries = host.Services.GetRequiredService<DeliveryRequests>();
        return ActivatorUtilities.CreateInstance<SweepAlerts>(host.Services, deliveries, new LaterClock(later)).RunAsync(CancellationToken.None);
    }

    private sealed class LaterClock(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + later;
    }
}
