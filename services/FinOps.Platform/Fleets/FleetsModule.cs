using FinOps.Platform.Access;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Fleets;

/// <summary>What fleets report of themselves, from the wire to the figures. What they cost is in the books.</summary>
public static class FleetsModule
{
    public static StoreOptions Fleets(this StoreOptions store)
    {
        store.Events.MapEventType<FleetReportsRecorded>("fleet_reported_v1");
        return store;
    }

    public static IServiceCollection AddFleets(this IServiceCollection services)
    {
        services.AddSingleton<RecordFleetReports>();
        services.AddSingleton<FleetSigns>();
        return services;
    }

    public static void MapFleets(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/fleets", FleetReportsEndpoint.PostAsync).Allow(ViewerRole.Fleet, ViewerRole.Operator);
}
