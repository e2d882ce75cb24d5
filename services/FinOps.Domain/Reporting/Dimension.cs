namespace FinOps.Domain.Reporting;

/// <summary>What a report may be grouped by. At most one of the time dimensions at once.</summary>
public enum Dimension
{
    Tenant,
    Model,
    Fleet,

    /// <summary>The price tier: how long a call's input was, and how urgent the call.</summary>
    RateClass,

    /// <summary>The value of one tag, named by its key.</summary>
    Tag,
    QuarterHour,
    Hour,
    Day,
    Month,
}

/// <summary>How a fleet's cost meets the work on it.</summary>
public enum CostBasis
{
    /// <summary>Each hour's whole cost is shared over the work in it.</summary>
    Allocation,

    /// <summary>Work carries the share of the hour's capacity that it used.</summary>
    Usage,
}

/// <summary>What a row of a report is of.</summary>
public enum RowKind
{
    /// <summary>Work on a known fleet.</summary>
    Usage,

    /// <summary>Cost that no work carries.</summary>
    Idle,

    /// <summary>Cost of what serves several fleets.</summary>
    Shared,

    /// <summary>Usage that names no fleet, or one that nobody registered: its cost is not known.</summary>
    Unattributed,

    /// <summary>The sum of all rows.</summary>
    Total,
}
