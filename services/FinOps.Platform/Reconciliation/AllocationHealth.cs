using FinOps.Platform.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>Degraded while some hour's shares do not sum to its cost, or nobody looks.</summary>
internal sealed class AllocationHealth(NpgsqlDataSource database, TimeProvider clock) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            select coalesce((select differences from finops.allocation_check), 0),
              greatest((select checked_at from finops.allocation_check), (select applied_at from finops.schema_version where version = 11))
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.GetInt64(0) is > 0 and var wrong) return HealthCheckResult.Degraded($"The shares of {wrong} hours of fleets do not sum to their cost.");
        var seen = row.GetFieldValue<DateTimeOffset>(1);
        return clock.GetUtcNow() - seen > Limits.AllocationCheckInterval * Limits.LedgerChecksMissed
            ? HealthCheckResult.Degraded($"The allocation was not checked since {seen:O}: does a process with the role jobs run?")
            : HealthCheckResult.Healthy();
    }
}
