using FinOps.Platform.Alerts.Digests;
using FinOps.Platform.Alerts.Feed;
using FinOps.Platform.Alerts.Messages;
using Hangfire;
using Marten;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FinOps.Platform.Alerts;

/// <summary>Delivery of alerts: retried, logged, bounded.</summary>
public static class AlertsModule
{
    public static StoreOptions Alerts(this StoreOptions store) => store;

    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddSingleton(provider => AlertSettings.Read(provider.GetRequiredService<IConfiguration>()));
        services.TryAddSingleton<ResolveHost>(_ => EgressGuard.ResolveAsync);
        services.AddSingleton<EgressGuard>();
        services.AddSingleton<PostJson>();
        services.AddSingleton<Webhooks>();
        services.AddSingleton<AlertStore>();
        services.AddSingleton<AlertDestinations>();
        services.AddSingleton<ReadAlertChannels>();
        services.AddSingleton<AlertTemplates>();
        services.AddSingleton<QuietHoursStore>();
        services.AddSingleton<AlertRemedies>();
        services.AddSingleton<SetAlertTexts>();
        foreach (var channel in Channels) services.AddSingleton(typeof(IAlertChannel), channel);
        services.AddSingleton<SendAlert>();
        services.AddSingleton<DeliverAlert>();
        services.AddSingleton<DeliveryRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryRequests>());
        services.AddSingleton<SweepAlerts>();
        services.AddSingleton<DigestStore>();
        services.AddSingleton<SendDigests>();
        return services;
    }

    /// <summary>Tells the subscribers of a process that serves GraphQL.</summary>
    public static IServiceCollection AddAlertFeed(this IServiceCollection services)
    {
        services.AddSingleton<AlertFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<AlertFeed>());
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
        jobs.AddOrUpdate<SendDigests>("send-digests", job => job.RunAsync(CancellationToken.None), Cron.Minutely());
        jobs.Trigger("send-digests");
    }

    /// <summary>Every class of this assembly that is a channel: a new one is one class and nothing else.</summary>
    internal static IEnumerable<Type> Channels => typeof(IAlertChannel).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IAlertChannel)))
        .OrderBy(type => type.Name, StringComparer.Ordinal);
}
