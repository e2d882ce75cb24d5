using FinOps.Domain.Reservations;
using FinOps.Platform.Hosting;
using Hangfire;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Retention;

/// <summary>
/// Deletes what has done its work, some rows a transaction: killed midway it leaves fewer, and what is left goes next time. Nothing that
/// counts is touched: events, buckets and alerts stay.
/// </summary>
public sealed class ForgetOldRows(NpgsqlDataSource database, TimeProvider clock, ILogger<ForgetOldRows> log)
{
    /// <summary>
    /// What is forgotten, and when. Rows are locked before they are counted: where another run is at the same ones, this one waits and takes
    /// the next instead of finding none. The time is asked again outside, for a row that was written anew meanwhile.
    /// </summary>
    private static readonly IReadOnlyList<(string What, TimeSpan Kept, string Sql)> Rules =
    [
        ("reservations", Limits.ReservationsKept + ReservationRules.Remembered,
            "delete from finops.reservation r using (select budget_id, key from finops.reservation where due_at < $1 order by due_at limit $2 for update) old "
            + "where r.budget_id = old.budget_id and r.key = old.key and r.due_at < $1"),
        ("deliveries", Limits.DeliveriesKept,
            "delete from finops.alert_delivery d using (select d.alert_id, d.channel, d.attempt from finops.alert_delivery d join finops.alert a on a.id = d.alert_id "
            + "where d.at < $1 and a.status <> 'PENDING' order by d.at limit $2 for update of d) old "
            + "where d.alert_id = old.alert_id and d.channel = old.channel and d.attempt = old.attempt and d.at < $1"),
    ];

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var (what, kept, sql) in Rules)
        {
            var forgotten = 0L;
            int deleted;
            do
            {
                await using var command = database.CreateCommand(sql);
                command.Parameters.Add(new NpgsqlParameter { Value = (clock.GetUtcNow() - kept).UtcDateTime });
                command.Parameters.Add(new NpgsqlParameter { Value = Limits.RowsForgottenAtOnce });
                deleted = await command.ExecuteNonQueryAsync(cancellation);
                forgotten += deleted;
            }
            while (deleted == Limits.RowsForgottenAtOnce);
            if (forgotten > 0) log.LogInformation("Forgot {Rows} {What} older than {Kept}", forgotten, what, kept);
        }
    }
}
