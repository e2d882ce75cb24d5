using FinOps.Platform.Metering;
using Hangfire;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Budgets;

/// <summary>Budgets, their thresholds, and the crossing of one.</summary>
public static class BudgetsModule
{
    public static StoreOptions Budgets(this StoreOptions store)
    {
        store.Events.MapEventType<BudgetCreatedV1>("budget_created_v1");
        store.Events.MapEventType<BudgetChangedV1>("budget_changed_v1");
        store.Events.MapEventType<BudgetClosedV1>("budget_closed_v1");
        store.Events.MapEventType<ThresholdCrossedV1>("threshold_crossed_v1");
        store.Events.MapEventType<ThresholdRetractedV1>("threshold_retracted_v1");
        store.Events.MapEventType<ThresholdRecrossedV1>("threshold_recrossed_v1");
        store.Events.MapEventType<ThresholdRenotifiedV1>("threshold_renotified_v1");
        return store;
    }

    public static IServiceCollection AddBudgets(this IServiceCollection services)
    {
        services.AddSingleton<BudgetDesk>();
        services.AddSingleton<BudgetCrossings>();
        services.AddSingleton<BudgetSigns>();
        services.AddSingleton<BudgetSpends>();
        services.AddSingleton<FleetShares>();
        services.AddSingleton<BudgetAnomalies>();
        return services;
    }

    /// <summary>What the budget grains of a silo need, and what tells them of its commits.</summary>
    public static IServiceCollection AddBudgetGrains(this IServiceCollection services)
    {
        services.AddSingleton<WriteBudget>();
        services.AddSingleton<EvaluateBudgets>();
        services.AddSingleton<BudgetNudges>();
        services.AddSingleton<ICommittedUsageListener>(provider => provider.GetRequiredService<BudgetNudges>());
        services.AddHostedService(provider => provider.GetRequiredService<BudgetNudges>());
        services.AddHostedService<BudgetCatalog>();
        return services;
    }

    /// <summary>The recurring jobs. The first run is now: whatever the last process left behind is found at once.</summary>
    public static IRecurringJobManager Budgets(this IRecurringJobManager jobs)
    {
        jobs.AddOrUpdate<SweepBudgets>("sweep-budgets", job => job.RunAsync(CancellationToken.None), Cron.Minutely());
        jobs.Trigger("sweep-budgets");
        return jobs;
    }
}
