using FinOps.Platform.Access;

namespace FinOps.Platform.Metering;

/// <summary>Which credential a broker user stands for. The broker has checked that the sender is that user.</summary>
internal sealed class BrokerSenders
{
    public Sender Of(string? brokerUser) => new("amqp", viewers.GetValueOrDefault(brokerUser ?? ""));

    private readonly Dictionary<string, Viewer> viewers = [];
}
