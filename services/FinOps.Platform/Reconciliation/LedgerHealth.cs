using FinOps.Platform.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>
/// Degraded, not unhealthy, while a difference is open or nobody looks: figures may be wrong, yet to stop counting would make it worse.
/// </summary>
internal sealed class LedgerHealth(NpgsqlDataSource database, TimeProvider clock) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            select (select count(*) from finops.ledger_difference where healed_at is null),
              greatest((select checked_at from finops.ledger_check), (select applied_at from finops.schema_version where version = 3))
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.GetInt64(0) is > 0 and var open) return HealthCheckResult.Degraded($"{open} differences between events and buckets are open.");
        // Before the first check the time at which there could be one counts.
        var seen = row.GetFieldValue<DateTimeOffset>(1);
        return clock.GetUtcNow() - seen > Limits.LedgerCheckInterval * Limits.LedgerChecksMissed
            ? HealthCheckResult.Degraded($"The ledger was not checked since {seen:O}: does a process with the role jobs run?")
            : HealthCheckResult.Healthy();
    }
}
