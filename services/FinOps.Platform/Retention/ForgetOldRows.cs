using FinOps.Domain.Reservations;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Hangfire;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Retention;

/// <summary>
/// Deletes what has done its work, some rows a transaction: killed midway it leaves fewer, and what is left goes next time. Nothing that
/// counts is touched: events, buckets, keys, and alerts, which are raised again by nobody because they stay.
/// </summary>
public sealed class ForgetOldRows(NpgsqlDataSource database, TimeProvider clock, ILogger<ForgetOldRows> log)
{
    /// <summary>
    /// What is forgotten, and when; what refers to others comes before them. Rows are locked before they are counted: where another run is at
    /// the same ones, this one waits and takes the next instead of finding none. The time is asked again outside, for a row that was written
    /// anew meanwhile.
    /// </summary>
    private static readonly IReadOnlyList<(string What, TimeSpan Kept, string Sql)> Rules =
    [
        ("reservations", Limits.ReservationsKept + ReservationRules.Remembered, Counted(
            "delete from finops.reservation r using (select o.budget_id, o.key from finops.gate g cross join lateral ("
            + "select budget_id, key from finops.reservation where budget_id = g.budget_id and due_at < $1 order by due_at limit $2 for update) o limit $2) old "
            + "where r.budget_id = old.budget_id and r.key = old.key and r.due_at < $1")),
        ("deliveries", Limits.DeliveriesKept, Counted(
            "delete from finops.alert_delivery d using (select d.alert_id, d.channel, d.attempt from finops.alert_delivery d join finops.alert a on a.id = d.alert_id "
            + "where d.at < $1 and a.status <> 'PENDING' order by d.at limit $2 for update of d) old "
            + "where d.alert_id = old.alert_id and d.channel = old.channel and d.attempt = old.attempt and d.at < $1")),
        // All of an alert's together: what became of it is read from them when it is sent again.
        ("channels of alerts", Limits.AlertChannelsKept, Counted(
            """
            delete from finops.alert_channel c using (
              select c.alert_id, c.channel from finops.alert_channel c join finops.alert a on a.id = c.alert_id
              where c.state in ('DELIVERED', 'DEAD') and c.next_attempt_at < $1 and a.status <> 'PENDING'
                and not exists (select from finops.alert_delivery d where d.alert_id = c.alert_id)
                and not exists (select from finops.alert_channel o where o.alert_id = c.alert_id and (o.next_attempt_at >= $1 or o.state not in ('DELIVERED', 'DEAD')))
              order by c.next_attempt_at limit $2 for update of c) old
            where c.alert_id = old.alert_id and c.channel = old.channel and c.next_attempt_at < $1 and c.state in ('DELIVERED', 'DEAD')
            """)),
        ("digests", Limits.AlertChannelsKept, Counted(
            """
            delete from finops.alert_digest g using (
              select id from finops.alert_digest g where state in ('DELIVERED', 'DEAD') and next_attempt_at < $1
                and not exists (select from finops.alert_channel c where c.digest_id = g.id)
              order by next_attempt_at limit $2 for update) old
            where g.id = old.id
            """)),
        ("test alerts", Limits.TestAlertsKept, Counted(
            "delete from finops.alert_test t using (select id from finops.alert_test where at < $1 order by at limit $2 for update) old where t.id = old.id")),
        ("notices of channels", Limits.AlertNoticesKept, Counted(
            "delete from finops.alert_notice n using (select id from finops.alert_notice where at < $1 order by at limit $2 for update) old where n.id = old.id")),
        // A secret that signs nothing any more is no business of ours.
        ("old webhook secrets", TimeSpan.Zero, Counted(
            "delete from finops.webhook_old_secret s using (select budget_id, secret from finops.webhook_old_secret where until < $1 order by until limit $2 for update) old "
            + "where s.budget_id = old.budget_id and s.secret = old.secret and s.until < $1")),
        ("resolved quarantined records", Limits.ResolvedKept, Counted(
            """
            delete from finops.quarantined_record q using (
              select id from finops.quarantined_record q where resolved_at < $1
                and not exists (select from finops.quarantine_replay r where r.quarantined = q.id and r.verdict is null)
              order by resolved_at limit $2 for update) old
            where q.id = old.id and q.resolved_at < $1
            """)),
        // Counted on, or what was published would no longer add up to what became of it.
        ("resolved dead letters", Limits.ResolvedKept,
            """
            with gone as (
              delete from finops.dead_letter d using (
                select id from finops.dead_letter d where resolved_at < $1
                  and not exists (select from finops.dead_letter_replay r where r.dead_letter = d.id and r.at >= $1)
                order by resolved_at limit $2 for update) old
              where d.id = old.id and d.resolved_at < $1 returning d.copies),
            counted as (update finops.forgotten_dead_letters set copies = copies + (select sum(copies) from gone) where exists (select from gone))
            select count(*) from gone
            """),
        ("conflicts", Limits.ConflictsKept, Counted(
            "delete from finops.usage_conflict c using (select id from finops.usage_conflict where seen_at < $1 order by seen_at limit $2 for update) old where c.id = old.id")),
        // Hangfire lets those go that succeeded, after a day, and keeps those that failed.
        ("failed jobs", Limits.FailedJobsKept, Counted(
            $"""
            delete from {StorageModule.JobsSchema}.job j using (
              select id from {StorageModule.JobsSchema}.job where statename = 'Failed' and createdat < $1 order by createdat limit $2 for update) old
            where j.id = old.id and j.statename = 'Failed'
            """)),
    ];

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var (what, kept, sql) in Rules)
        {
            var forgotten = 0L;
            long deleted;
            do
            {
                await using var command = database.CreateCommand(sql);
                command.Parameters.Add(new NpgsqlParameter { Value = (clock.GetUtcNow() - kept).UtcDateTime });
                command.Parameters.Add(new NpgsqlParameter { Value = Limits.RowsForgottenAtOnce });
                deleted = (long)(await command.ExecuteScalarAsync(cancellation))!;
                forgotten += deleted;
            }
            while (deleted == Limits.RowsForgottenAtOnce);
            if (forgotten > 0) log.LogInformation("Forgot {Rows} {What} older than {Kept}", forgotten, what, kept);
        }
    }

    private static string Counted(string delete) => $"with gone as ({delete} returning 1) select count(*) from gone";
}
