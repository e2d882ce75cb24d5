using FinOps.Platform.Access;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using Credentials = FinOps.Platform.Access.Credentials;

namespace FinOps.Platform.Broker;

/// <summary>
/// Which credential a broker user stands for; the broker has checked that the sender is that user. Without one anybody who may publish may
/// report for any tenant, until some fleet's credential names its tenants: from then on an unknown sender may report for none.
/// </summary>
internal sealed class BrokerSenders(Credentials credentials, IConfiguration configuration)
{
    private static readonly Viewer Nobody = new("unknown", ViewerRole.Fleet, [], SeesCost: false);

    private readonly string own = OwnUser(configuration);

    /// <summary>The user as whom we speak to the broker ourselves.</summary>
    public static string OwnUser(IConfiguration configuration) =>
        new ConnectionFactory { Uri = new Uri(configuration.RequiredConnectionString("rabbitmq")) }.UserName;

    /// <summary>A dead letter that we send again is still its first sender's.</summary>
    public Sender Of(IReadOnlyBasicProperties? properties)
    {
        var user = properties?.UserId;
        var isReplay = user == own && properties!.Headers?.ContainsKey(MessageHeaders.DeadLetter) == true;
        return Of(isReplay ? MessageHeaders.Text(properties!.Headers, MessageHeaders.User) : user);
    }

    private Sender Of(string? brokerUser)
    {
        var viewer = brokerUser is { Length: > 0 } ? credentials.ByBrokerUser(brokerUser) : null;
        return new Sender("amqp", viewer ?? (credentials.BindFleets ? Nobody : null));
    }
}
