using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Reconciliation;

/// <summary>Whether the books agree with what was recorded, and how they are made again from it.</summary>
public static class ReconciliationModule
{
    public static IServiceCollection AddReconciliation(this IServiceCollection services)
    {
        services.AddSingleton<LedgerAlarm>();
        services.AddSingleton<CheckLedger>();
        services.AddSingleton<RebuildBuckets>();
        services.AddSingleton<ISchemaFollowUp, RegroupUsage>();
        services.AddSingleton<CompareAllocation>();
        services.AddSingleton<AllocationAlarm>();
        services.AddSingleton<CheckAllocation>();
        services.AddHealthChecks().AddCheck<LedgerHealth>("ledger").AddCheck<AllocationHealth>("allocation");
        return services;
    }

    /// <summary>The recurring jobs. The first run is now: a process that starts knows at once whether its books are right.</summary>
    public static IRecurringJobManager Reconciliation(this IRecurringJobManager jobs)
    {
        jobs.AddOrUpdate<CheckLedger>(
            "check-ledger", job => job.RunAsync(CancellationToken.None), $"*/{Limits.LedgerCheckInterval.TotalMinutes} * * * *");
        jobs.Trigger("check-ledger");
        jobs.AddOrUpdate<CheckAllocation>("check-allocation", job => job.RunAsync(CancellationToken.None), "7 * * * *");
        jobs.Trigger("check-allocation");
        return jobs;
    }
}
