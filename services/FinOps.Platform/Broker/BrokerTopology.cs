using FinOps.Platform.Hosting;
using RabbitMQ.Client;

namespace FinOps.Platform.Broker;

/// <summary>
/// Everything that we have at the broker, as data: what is declared at the start, what the bus uses, what the inbox reads, and what a test
/// compares the broker with, in both directions. All of it is durable.
/// </summary>
internal static class BrokerTopology
{
    /// <summary>Where fleets publish: MassTransit's name for the message.</summary>
    public const string UsageReported = "FinOps.Contracts:UsageReported";

    /// <summary>Where fleets publish what they have.</summary>
    public const string FleetReported = "FinOps.Contracts:FleetReported";

    /// <summary>Where alerts are published for whoever listens; nobody has to.</summary>
    public const string BudgetAlertRaised = "FinOps.Contracts:BudgetAlertRaised";

    public const string UsageQueue = "finops-usage";

    /// <summary>
    /// Where the broker puts a message that came back too often. One message that kills its process brings back all that were in hand with
    /// it; here each is tried alone, so that only the guilty one goes on to the dead.
    /// </summary>
    public const string Suspects = "finops-usage-suspects";

    /// <summary>Reports of fleets. They are few, so each is tried alone: what comes back too often is guilty itself.</summary>
    public const string FleetQueue = "finops-fleets";

    /// <summary>Where the broker puts what came back too often even alone.</summary>
    public const string DeadLetters = "finops-dead-letters";

    /// <summary>Where we put what nobody can read.</summary>
    public const string Errors = "finops-usage_error";

    /// <summary>Where the bus puts what nobody consumes.</summary>
    public const string Skipped = "finops-usage_skipped";

    public static readonly IReadOnlyList<string> DeadLetterQueues = [DeadLetters, Errors, Skipped];

    public static readonly IReadOnlyList<string> UsageQueues = [UsageQueue, Suspects];

    /// <summary>Those that somebody of ours consumes, or messages pile up.</summary>
    public static readonly IReadOnlyList<string> ConsumedQueues = [.. UsageQueues, FleetQueue];

    /// <summary>Each a fanout.</summary>
    public static readonly IReadOnlyList<string> Exchanges =
        [UsageReported, FleetReported, BudgetAlertRaised, UsageQueue, Suspects, FleetQueue, DeadLetters, Errors, Skipped];

    public static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>> Queues =
        new Dictionary<string, IReadOnlyDictionary<string, object>>
        {
            [UsageQueue] = Work(Limits.BrokerDeliveries, deadTo: Suspects),
            [Suspects] = Work(Limits.SuspectDeliveries, deadTo: DeadLetters),
            [FleetQueue] = Work(Limits.BrokerDeliveries, deadTo: DeadLetters),
            [DeadLetters] = Dead(),
            [Errors] = Dead(),
            [Skipped] = Dead(),
        };

    public static readonly IReadOnlyList<DeclaredBinding> Bindings =
        [new(UsageReported, UsageQueue, ToQueue: false), new(FleetReported, FleetQueue, ToQueue: false), .. Queues.Keys.Select(queue => new DeclaredBinding(queue, queue, ToQueue: true))];

    /// <summary>Declares all of it. What is there as it should be is left as it is; what is there otherwise is an error.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellation)
    {
        foreach (var exchange in Exchanges)
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellation);
        foreach (var (queue, arguments) in Queues)
        {
            await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, arguments.ToDictionary(a => a.Key, a => (object?)a.Value),
                cancellationToken: cancellation);
        }

        foreach (var (from, to, toQueue) in Bindings)
        {
            if (toQueue) await channel.QueueBindAsync(to, from, "", cancellationToken: cancellation);
            else await channel.ExchangeBindAsync(to, from, "", cancellationToken: cancellation);
        }
    }

    /// <summary>At-least-once dead-lettering needs reject-publish, so a full queue is an error to the sender.</summary>
    private static Dictionary<string, object> Work(int deliveries, string deadTo) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = deliveries,
        ["x-dead-letter-exchange"] = deadTo,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
        ["x-max-length-bytes"] = Limits.BrokerQueueBytes,
    };

    /// <summary>
    /// The end of the way: no target behind it, so nothing may fall out of it. A later broker would drop what came back twenty times; and
    /// a full one refuses, so what was to go into it stays where it is.
    /// </summary>
    private static Dictionary<string, object> Dead() => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = Limits.DeadLetterDeliveries,
        ["x-overflow"] = "reject-publish",
        ["x-max-length-bytes"] = Limits.DeadLetterQueueBytes,
    };
}

/// <summary>All that comes to an exchange goes on to another or to a queue.</summary>
internal sealed record DeclaredBinding(string From, string To, bool ToQueue);
