using FinOps.Platform.Access;
using FinOps.Platform.Currencies;
using FinOps.Platform.Fleets;
using FinOps.Platform.Periods;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets;
using FinOps.Platform.Targets.Facts;
using FinOps.Platform.Tenants;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Pricing;

/// <summary>Rate cards, fleet costs and targets as events, and the books folded from them.</summary>
public static class PricingModule
{
    public static StoreOptions Pricing(this StoreOptions store)
    {
        store.Events.MapEventType<RateCardSet>("rate_card_set_v1");
        store.Events.MapEventType<FleetCostSet>("fleet_cost_set_v1");
        store.Events.MapEventType<FleetSizeSet>("fleet_size_set_v1");
        store.Events.MapEventType<CostLineSet>("cost_line_set_v1");
        store.Events.MapEventType<TargetSet>("target_set_v1");
        store.Events.MapEventType<ModelledTargetSet>("modelled_target_set_v1");
        store.Events.MapEventType<TenantSet>("tenant_set_v1");
        store.Events.MapEventType<ExchangeRateSet>("exchange_rate_set_v1");
        store.Events.MapEventType<PeriodClosed>("period_closed_v1");
        store.Events.MapEventType<WorkWeightsSet>("work_weights_set_v1");
        return store;
    }

    public static IServiceCollection AddPricing(this IServiceCollection services)
    {
        services.AddSingleton<LiveBooks>();
        services.AddSingleton<RecordInBooks>();
        services.AddSingleton<TenantCharges>();
        services.AddSingleton<IContracts, RegisteredContracts>();
        services.AddSingleton<AccountingCalendar>();
        services.AddSingleton<PeriodStatements>();
        services.AddSingleton(provider => LoadFacts.From(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<RefreshTargets>();
        services.AddHostedService<FactsAtStart>();
        services.AddHostedService<Catalog>();
        return services;
    }
}
