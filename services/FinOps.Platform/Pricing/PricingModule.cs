using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Pricing;

/// <summary>Rate cards, fleet costs and targets as events, and the books folded from them.</summary>
public static class PricingModule
{
    public static StoreOptions Pricing(this StoreOptions store) => store;

    public static IServiceCollection AddPricing(this IServiceCollection services) => services;
}
