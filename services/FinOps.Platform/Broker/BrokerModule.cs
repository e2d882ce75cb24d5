using FinOps.Platform.Hosting;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Broker;

/// <summary>Usage and reports of fleets from RabbitMQ, and what becomes of messages that nobody could read.</summary>
public static class BrokerModule
{
    public static IServiceCollection AddBroker(this IServiceCollection services)
    {
        services.AddSingleton<BrokerSenders>();
        services.AddSingleton<ReceiptSender>();
        services.AddSingleton<ReplayDeadLetters>();
        return services;
    }

    /// <summary>What listens to the broker, beside the bus.</summary>
    public static IServiceCollection AddBrokerInbox(this IServiceCollection services)
    {
        services.AddHostedService<DeclareTopology>();
        services.AddHostedService<DeadLetterInbox>();
        services.AddSingleton<UsageConsumerHealth>();
        services.AddHealthChecks().AddCheck<UsageConsumerHealth>("usage-consumer", timeout: Limits.ClusterAnswer);
        return services;
    }

    public static void Usage(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<UsageConsumer>();
        bus.AddConsumer<FleetConsumer>();
    }

    public static void Usage(this IRabbitMqBusFactoryConfigurator broker, IBusRegistrationContext context) => UsageEndpoints.Add(broker, context);
}
