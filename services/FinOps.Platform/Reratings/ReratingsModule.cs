using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Reratings;

/// <summary>Moves of history: previewed, applied as one, told for ever.</summary>
public static class ReratingsModule
{
    public static StoreOptions Reratings(this StoreOptions store)
    {
        store.Events.MapEventType<ReratingApplied>("rerating_applied_v1");
        return store;
    }

    public static IServiceCollection AddReratings(this IServiceCollection services)
    {
        services.AddSingleton<PreviewRerating>();
        services.AddSingleton<ApplyRerating>();
        return services;
    }
}
