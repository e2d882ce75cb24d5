using FinOps.Contracts;

namespace FinOps.Platform.Alerts;

/// <summary>What one try sends.</summary>
/// <param name="Id">Constant over the tries: an alert's, a digest's or a test's.</param>
/// <param name="BudgetId">Whose channel it is.</param>
/// <param name="Alerts">One, or many in a digest; the first to be raised comes first.</param>
/// <param name="Text">The same for a reader.</param>
/// <param name="Target">Where it goes; empty where the channel knows by itself.</param>
public sealed record AlertDelivery(string Id, string BudgetId, IReadOnlyList<BudgetAlertRaised> Alerts, AlertText Text, string Target)
{
    /// <summary>The one alert, where it is no digest.</summary>
    public BudgetAlertRaised Alert => Alerts.Single();

    /// <summary>It has an id of its own; there may be one alert in it, too.</summary>
    public bool IsDigest => Alerts is not [{ AlertId: var only }] || only != Id;

    // A record prints its members; the target may be a secret.
    public override string ToString() => $"{Id} ({Alerts.Count} alerts)";
}

/// <summary>A message for a reader. Nothing in it is markup but the HTML, and there all that came from outside is escaped.</summary>
public sealed record AlertText(string Subject, string Plain, string Html)
{
    /// <summary>For channels that no reader is at the end of.</summary>
    public static readonly AlertText None = new("", "", "");
}
