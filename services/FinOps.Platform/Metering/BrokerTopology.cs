using FinOps.Platform.Hosting;
using MassTransit;

namespace FinOps.Platform.Metering;

/// <summary>The usage queue and its dead letters, as data: what the bus declares, what the inbox reads, and what a test audits.</summary>
internal static class BrokerTopology
{
    public const string UsageQueue = "finops-usage";

    /// <summary>Where the broker puts a message that came back too often: it may have killed the process each time.</summary>
    public const string DeadLetters = "finops-dead-letters";

    /// <summary>Where the bus puts what it could not handle.</summary>
    public const string Errors = "finops-usage_error";

    /// <summary>Where the bus puts what nobody consumes.</summary>
    public const string Skipped = "finops-usage_skipped";

    public static readonly IReadOnlyList<string> DeadLetterQueues = [DeadLetters, Errors, Skipped];

    /// <summary>Arguments of the usage queue. At-least-once dead-lettering needs reject-publish, so a full queue is an error to the sender.</summary>
    public static readonly IReadOnlyDictionary<string, object> UsageArguments = new Dictionary<string, object>
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = Limits.BrokerDeliveries,
        ["x-dead-letter-exchange"] = DeadLetters,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
        ["x-max-length-bytes"] = Limits.BrokerQueueBytes,
    };

    /// <summary>Arguments of the dead-letter queues: nothing falls out of them.</summary>
    public static readonly IReadOnlyDictionary<string, object> DeadLetterArguments = new Dictionary<string, object>
    {
        ["x-queue-type"] = "quorum",
    };

    public static void Apply(this IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        foreach (var (argument, value) in UsageArguments) endpoint.SetQueueArgument(argument, value);
        endpoint.PrefetchCount = Limits.BrokerPrefetch;
        endpoint.ConcurrentMessageLimit = Limits.BrokerPrefetch;
        endpoint.BindDeadLetterQueue(DeadLetters, DeadLetters, ApplyToDeadLetters);
    }

    /// <summary>The bus copies the usage queue's arguments to its error queues; a limit or a second dead-letter target there would lose messages.</summary>
    public static void ApplyToDeadLetters(IRabbitMqQueueConfigurator queue)
    {
        foreach (var argument in UsageArguments.Keys) queue.SetQueueArgument(argument, null);
        foreach (var (argument, value) in DeadLetterArguments) queue.SetQueueArgument(argument, value);
    }
}
