using FinOps.Domain.Alerts;

namespace FinOps.Platform.Alerts;

/// <summary>
/// A destination for budget alerts. Let exceptions propagate: the delivery job bounds, retries and records. A class that implements it is
/// found by itself; nobody registers it.
/// </summary>
public interface IAlertChannel
{
    /// <summary>What budgets and the delivery log call it, in small letters.</summary>
    string Kind { get; }

    /// <summary>One try. The delivery's id is the same on every try, so that receivers can drop what they have seen.</summary>
    Task<DeliveryOutcome> SendAsync(AlertDelivery delivery, CancellationToken cancellation);
}

/// <summary>A channel that a budget names, with a target that its tenant gives.</summary>
public interface ITargetedChannel : IAlertChannel
{
    /// <summary>Null where one message may tell of many alerts, else why not, for whoever asked for it.</summary>
    string? NoDigest => null;

    /// <returns>Null when the text may be a target, else what is wrong with it; never the text itself, which may be a secret.</returns>
    string? Flaw(string target);

    /// <returns>What may be shown of a target: nothing that lets one send.</returns>
    string Shown(string target);
}
