namespace FinOps.Contracts;

/// <summary>One message for what a budget has to tell since the last one; the body of a webhook that asked for digests.</summary>
public sealed record BudgetAlertDigest
{
    /// <summary>Version of this message's shape; 1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary><c>DIGEST</c>: tells it from a <see cref="BudgetAlertRaised"/>, which a webhook gets, too, when an alert is tried or sent again by itself.</summary>
    public string Kind { get; init; } = "DIGEST";

    /// <summary>Constant over all tries: receivers drop what they have seen.</summary>
    public required string DigestId { get; init; }

    /// <summary>The budget.</summary>
    public required string BudgetId { get; init; }

    /// <summary>Whose budget it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>One to a hundred, the first to be raised first.</summary>
    public required IReadOnlyList<BudgetAlertRaised> Alerts { get; init; }
}
