namespace FinOps.Domain.Fleets;

/// <summary>Why a fleet costs money.</summary>
public enum CostLineKind
{
    /// <summary>An amount per hour, whatever the fleet's size: support, storage, a gateway.</summary>
    Hourly,

    /// <summary>Each accelerator that nothing else covers, at a price per hour.</summary>
    OnDemand,

    /// <summary>Up to so many accelerators at a price per hour, paid only while the fleet has them.</summary>
    Spot,

    /// <summary>So many accelerators at a price per hour, paid whether the fleet has them or not.</summary>
    Committed,

    /// <summary>So many accelerators bought, written off in equal parts over a term.</summary>
    Purchase,

    /// <summary>Electricity: kilowatts of each accelerator, times what the building adds, at a price per kilowatt-hour.</summary>
    Power,

    /// <summary>A share on top of all that is no overhead itself.</summary>
    Overhead,

    /// <summary>What was really paid for a stretch of time: it replaces every other line of the fleet there.</summary>
    Actual,

    /// <summary>Tokens at a price per million, by class: the work in the hour is what costs, and carries it.</summary>
    Serverless,
}
