using FinOps.Contracts;
using FinOps.Domain.Alerts;

namespace FinOps.Platform.Alerts;

/// <summary>A destination for budget alerts. Let exceptions propagate: the delivery job bounds, retries and records.</summary>
public interface IAlertChannel
{
    /// <summary>Names the channel in the delivery log.</summary>
    string Kind { get; }

    /// <summary>One try. The alert's id is the same on every try, so that receivers can drop what they have seen.</summary>
    Task<DeliveryOutcome> SendAsync(BudgetAlertRaised alert, CancellationToken cancellation);
}
