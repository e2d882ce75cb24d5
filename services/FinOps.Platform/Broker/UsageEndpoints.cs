using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using MassTransit;
using MassTransit.Middleware;

namespace FinOps.Platform.Broker;

/// <summary>The bus's receive endpoints: the usage queue; the suspects, and reports of fleets, one at a time.</summary>
internal static class UsageEndpoints
{
    public static void Add(IRabbitMqBusFactoryConfigurator broker, IBusRegistrationContext context)
    {
        var names = new DeadQueueNames();
        broker.SendTopology.DeadLetterQueueNameFormatter = names;
        broker.SendTopology.ErrorQueueNameFormatter = names;
        broker.SendTopology.ConfigureErrorSettings = queue => Apply(queue, BrokerTopology.Errors);
        broker.SendTopology.ConfigureDeadLetterSettings = queue => Apply(queue, BrokerTopology.Skipped);
        Add<UsageConsumer>(broker, context, BrokerTopology.UsageQueue, Limits.BrokerPrefetch);
        Add<UsageConsumer>(broker, context, BrokerTopology.Suspects, Limits.SuspectPrefetch);
        Add<FleetConsumer>(broker, context, BrokerTopology.FleetQueue, Limits.FleetPrefetch);
    }

    private static void Add<TConsumer>(IRabbitMqBusFactoryConfigurator broker, IBusRegistrationContext context, string queue, ushort prefetch)
        where TConsumer : class, IConsumer =>
        broker.ReceiveEndpoint(queue, endpoint =>
        {
            foreach (var (argument, value) in BrokerTopology.Queues[queue]) endpoint.SetQueueArgument(argument, value);
            endpoint.PrefetchCount = prefetch;
            endpoint.ConcurrentMessageLimit = prefetch;
            // The way from the exchange of the message to its queue is in the topology.
            endpoint.ConfigureConsumeTopology = false;
            // Nobody listens to faults as events; who asked for an answer gets one.
            endpoint.PublishFaults = false;
            // Any AMQP client may publish plain JSON; MassTransit's own envelope says what it is.
            endpoint.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: false);
            // A message that we could read stays ours, unacknowledged, and is tried again: the books may be away, or this process may be
            // stopping. Only what nobody can read goes to the dead letters at once.
            endpoint.UseMessageRetry(retry =>
            {
                retry.Ignore<UnreadableBodyException>();
                retry.Exponential(Limits.BrokerRetries, Limits.BrokerFirstPause, Limits.BrokerLongestPause, Limits.BrokerFirstPause);
            });
            endpoint.ConfigureError(error =>
            {
                error.UseFilter(new BuryUnreadable());
                error.UseFilter(new GenerateFaultFilter());
            });
            endpoint.ConfigureConsumer<TConsumer>(context);
        });

    /// <summary>The bus copies the arguments of the endpoint's queue; a second dead-letter target would lose messages.</summary>
    private static void Apply(IRabbitMqQueueConfigurator dead, string queue)
    {
        foreach (var argument in BrokerTopology.Queues[BrokerTopology.UsageQueue].Keys) dead.SetQueueArgument(argument, null);
        foreach (var (argument, value) in BrokerTopology.Queues[queue]) dead.SetQueueArgument(argument, value);
    }

    /// <summary>All endpoints bury in one place.</summary>
    private sealed class DeadQueueNames : IErrorQueueNameFormatter, IDeadLetterQueueNameFormatter
    {
        public string FormatErrorQueueName(string queueName) => BrokerTopology.Errors;

        public string FormatDeadLetterQueueName(string queueName) => BrokerTopology.Skipped;
    }
}
