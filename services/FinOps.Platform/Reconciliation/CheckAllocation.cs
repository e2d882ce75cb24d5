using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Hangfire;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>
/// The invariant Σ shares = fleet cost, watched while it serves, over the hours that settled lately. Harmless when it runs twice or is killed:
/// it writes one row at its end.
/// </summary>
public sealed class CheckAllocation(
    CompareAllocation compare, AllocationAlarm alarm, NpgsqlDataSource database, TimeProvider clock, IConfiguration configuration)
{
    private readonly TimeSpan hourSettlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);

    // It comes again by itself.
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var settled = new QuarterHour(QuarterHour.Holding(now - hourSettlesAfter).Hour * Domain.Reporting.FleetHours.Quarters).Start;
        var window = new Window(settled - Limits.AllocationChecked, settled);
        var balances = await compare.CompareAsync(window, null, cancellation);
        var wrong = balances.SelectMany(b => b.Wrong).ToList();
        await using var command = database.CreateCommand(
            """
            insert into finops.allocation_check values (1, $1, $2, $3, $4, $5) on conflict (id) do update set
              checked_at = excluded.checked_at, from_at = excluded.from_at, to_at = excluded.to_at,
              fleet_hours = excluded.fleet_hours, differences = excluded.differences
            """);
        foreach (var value in (object[])[now, window.From, window.To, balances.Sum(b => (long)b.Hours.Count), (long)wrong.Count])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
        alarm.Tell(window, balances.Sum(b => b.Hours.Count), wrong);
    }
}
