using FinOps.Platform.Access;

namespace FinOps.Platform.Metering;

/// <summary>
/// Which credential a broker user stands for; the broker has checked that the sender is that user. Without one anybody who may publish may
/// report for any tenant, until some fleet's credential names its tenants: from then on an unknown sender may report for none.
/// </summary>
internal sealed class BrokerSenders(Credentials credentials)
{
    private static readonly Viewer Nobody = new("unknown", ViewerRole.Fleet, [], SeesCost: false);

    public Sender Of(string? brokerUser)
    {
        var viewer = brokerUser is { Length: > 0 } ? credentials.ByBrokerUser(brokerUser) : null;
        return new Sender("amqp", viewer ?? (credentials.BindFleets ? Nobody : null));
    }
}
