using System.Runtime.ExceptionServices;
using System.Runtime.Serialization;
using System.Text;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace FinOps.Platform.Broker;

/// <summary>
/// Puts what nobody can read where the dead are, confirmed and mandatory, with the reason and its sender's name. Whatever else went wrong is
/// not the message's fault: it goes back to the broker, which counts how often.
/// </summary>
/// <remarks>
/// The bus's own filter would publish the message under its sender's `user-id`, which the broker takes from that sender alone: it would
/// close the channel, and all that was in hand there would come back.
/// </remarks>
internal sealed class BuryUnreadable : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (!IsUnreadable(context.Exception)) ExceptionDispatchInfo.Throw(context.Exception);
        var delivered = context.GetPayload<RabbitMqBasicConsumeContext>();
        var properties = new BasicProperties(delivered.Properties) { UserId = null, Persistent = true };
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>())
        {
            [MessageHeaders.Reason] = Why(context.Exception),
            [MessageHeaders.User] = delivered.Properties.UserId ?? "",
            [MessageHeaders.Queue] = context.InputAddress.Segments[^1],
        };
        var channel = context.GetPayload<ChannelContext>();
        await channel.BasicPublishAsync(BrokerTopology.Errors, "", true, properties, context.GetBody(), true, context.CancellationToken);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("buryUnreadable");

    private static bool IsUnreadable(Exception? exception) =>
        exception is not null && (exception is UnreadableBodyException or SerializationException || IsUnreadable(exception.InnerException));

    private static string Why(Exception exception)
    {
        var cause = exception.GetBaseException();
        var text = cause is UnreadableBodyException
            ? cause.Message
            : $"Neither JSON of content type application/json nor an envelope of MassTransit: {cause.Message}";
        return text.Length <= Limits.GraphMessage ? text : text[..Limits.GraphMessage];
    }
}

/// <summary>Headers of ours. A message that carries the last two is taken at its word only when the broker says that it is from us.</summary>
internal static class MessageHeaders
{
    /// <summary>Why a message was buried.</summary>
    public const string Reason = "finops-reason";

    /// <summary>The queue that it came from, to which a replay sends it again.</summary>
    public const string Queue = "finops-queue";

    /// <summary>The `user-id` that the message had.</summary>
    public const string User = "finops-user";

    /// <summary>The number of the dead letter that this is again.</summary>
    public const string DeadLetter = "finops-dead-letter";

    public static string? Text(IDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;
}
