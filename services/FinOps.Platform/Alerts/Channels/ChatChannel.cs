using FinOps.Domain.Alerts;

namespace FinOps.Platform.Alerts.Channels;

/// <summary>A chat that gives out a URL, a secret, and takes a message as JSON there.</summary>
internal abstract class ChatChannel(PostJson post) : ITargetedChannel
{
    public abstract string Kind { get; }

    public string? Flaw(string target) => TargetUrl.Flaw(target);

    public string Shown(string target) => TargetUrl.Shown(target);

    public Task<DeliveryOutcome> SendAsync(AlertDelivery delivery, CancellationToken cancellation) =>
        post.SendAsync(delivery.Id, new Uri(delivery.Target), Body(delivery.Text), cancellation);

    /// <summary>The message as the chat wants it. Nothing that came from outside is markup in it.</summary>
    public abstract object Body(AlertText text);

    /// <param name="text">Of any length.</param>
    /// <param name="length">Letters that the chat takes.</param>
    protected static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
