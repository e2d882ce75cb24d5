using Marten;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Metering;

/// <summary>Usage from the wire to the books.</summary>
public static class MeteringModule
{
    public static StoreOptions Metering(this StoreOptions store) => store;

    public static IServiceCollection AddMetering(this IServiceCollection services) => services;

    public static void Metering(this IBusRegistrationConfigurator bus)
    {
    }

    public static void Metering(this IRabbitMqBusFactoryConfigurator broker, IBusRegistrationContext context)
    {
    }

    public static void MapMetering(this IEndpointRouteBuilder endpoints)
    {
    }
}
