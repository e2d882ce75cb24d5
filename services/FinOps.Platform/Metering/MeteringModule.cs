using FinOps.Domain.Metering;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using Hangfire;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Metering;

/// <summary>Usage from the wire to the books.</summary>
public static class MeteringModule
{
    public static StoreOptions Metering(this StoreOptions store)
    {
        store.Events.MapEventType<UsageRecorded>(StoredUsage.Recorded);
        store.Events.MapEventType<UsageVoided>("usage_voided_v1");
        store.Events.MapEventType<UsageAmended>("usage_amended_v1");
        // Ours, on Marten's table: it would drop what is not in its model.
        store.Events.IgnoreIndex("mt_streams_usage");
        return store;
    }

    public static IServiceCollection AddMetering(this IServiceCollection services)
    {
        services.AddOptions<MeteringOptions>().BindConfiguration("Metering");
        services.AddSingleton<AwakeMeters>();
        services.AddSingleton<Meters>();
        services.AddSingleton<Doorway>();
        services.AddSingleton<RecordUsage>();
        services.AddSingleton<UsageEndpoint>();
        services.AddSingleton<Intake>();
        services.AddSingleton<UsageRecords>();
        services.AddSingleton<SeriesIds>();
        services.AddSingleton<Backfills>();
        services.AddSingleton<CompactUsageChanges>();
        return services;
    }

    /// <summary>The recurring job.</summary>
    public static IRecurringJobManager Metering(this IRecurringJobManager jobs)
    {
        jobs.AddOrUpdate<CompactUsageChanges>(
            "compact-usage-changes", job => job.RunAsync(CancellationToken.None), $"*/{Limits.UsageChangesCompactedEvery.TotalMinutes} * * * *");
        return jobs;
    }

    /// <summary>What the meter grains of a silo need.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<UnseenCommit>();
        services.AddSingleton<LedgerCommit>();
        services.AddSingleton<MeterState.Reader>();
        services.AddSingleton<Ledger>();
        services.AddHostedService(provider => provider.GetRequiredService<Ledger>());
        return services;
    }

    // As a plain delegate: what binds parameters would make a scope of services for each request.
    public static void MapMetering(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/usage", new RequestDelegate(endpoints.ServiceProvider.GetRequiredService<UsageEndpoint>().PostAsync)).Allow(ViewerRole.Fleet, ViewerRole.Operator);
}
