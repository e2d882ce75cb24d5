using FinOps.Platform.Access;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.CostImports;

/// <summary>What was really paid, from files.</summary>
public static class CostImportsModule
{
    public static StoreOptions CostImports(this StoreOptions store)
    {
        store.Events.MapEventType<ActualCostImported>("actual_cost_imported_v1");
        return store;
    }

    public static IServiceCollection AddCostImports(this IServiceCollection services) => services.AddSingleton<ImportActualCost>();

    public static void MapCostImports(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/cost-imports", CostImportEndpoint.PostAsync).Allow(ViewerRole.Operator, ViewerRole.Finance);
}
