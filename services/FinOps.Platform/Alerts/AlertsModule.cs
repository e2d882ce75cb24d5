using Hangfire;
using Marten;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FinOps.Platform.Alerts;

/// <summary>Delivery of alerts: webhook and bus, retried, logged, bounded.</summary>
public static class AlertsModule
{
    public static StoreOptions Alerts(this StoreOptions store) => store;

    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddSingleton(provider => AlertSettings.Read(provider.GetRequiredService<IConfiguration>()));
        services.TryAddSingleton<ResolveHost>(_ => EgressGuard.ResolveAsync);
        services.AddSingleton<EgressGuard>();
        services.AddSingleton<Webhooks>();
        services.AddSingleton<AlertStore>();
        // In this order: the bus is quick, a receiver may take its ten seconds.
        services.AddSingleton<IAlertChannel, BusChannel>();
        services.AddSingleton<IAlertChannel, WebhookChannel>();
        services.AddSingleton<DeliverAlert>();
        services.AddSingleton<SweepAlerts>();
        return services;
    }

    public static void Alerts(this IRabbitMqBusFactoryConfigurator broker)
    {
    }

    /// <summary>The recurring jobs. The first run is now: whatever the last process left behind is found at once.</summary>
    public static void Alerts(this IRecurringJobManager jobs)
    {
        jobs.AddOrUpdate<SweepAlerts>("sweep-alerts", job => job.RunAsync(CancellationToken.None), Cron.Minutely());
        jobs.Trigger("sweep-alerts");
    }
}
