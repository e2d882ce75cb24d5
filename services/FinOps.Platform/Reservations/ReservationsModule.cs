using FinOps.Platform.Access;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Reservations;

/// <summary>Hard budgets: gateways reserve before they call.</summary>
public static class ReservationsModule
{
    public static StoreOptions Reservations(this StoreOptions store)
    {
        store.Events.MapEventType<BudgetGateSetV1>("budget_gate_set_v1");
        return store;
    }

    public static IServiceCollection AddReservations(this IServiceCollection services)
    {
        services.AddOptions<ReservationOptions>().BindConfiguration("Reservations");
        services.AddSingleton<GateDirectory>();
        services.AddSingleton<EstimateCharge>();
        services.AddSingleton<ConcernedGates>();
        services.AddSingleton<ReservationSizes>();
        services.AddSingleton<ReservationDesk>();
        services.AddSingleton<ReservationEndpoint>();
        return services;
    }

    /// <summary>What the gate grains of a silo need.</summary>
    public static IServiceCollection AddGateGrains(this IServiceCollection services)
    {
        services.AddOptions<ReservationOptions>().BindConfiguration("Reservations");
        services.AddSingleton<GateRows>();
        services.AddSingleton<ReadGateBooks>();
        services.AddSingleton<GateWrites>();
        services.AddHostedService(provider => provider.GetRequiredService<GateWrites>());
        return services;
    }

    public static void MapReservations(this IEndpointRouteBuilder endpoints)
    {
        var reservations = endpoints.ServiceProvider.GetRequiredService<ReservationEndpoint>();
        ViewerRole[] gateways = [ViewerRole.Fleet, ViewerRole.Tenant, ViewerRole.Operator];
        endpoints.MapPost("/v1/reservations", new RequestDelegate(reservations.ReserveAsync)).Allow(gateways);
        endpoints.MapPost("/v1/reservations/{key}/commit", new RequestDelegate(reservations.CommitAsync)).Allow(gateways);
        endpoints.MapDelete("/v1/reservations/{key}", new RequestDelegate(reservations.ReleaseAsync)).Allow(gateways);
    }
}
