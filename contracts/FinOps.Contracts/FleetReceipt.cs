namespace FinOps.Contracts;

/// <summary>What became of each report of a fleet that came over HTTP. Sent after the commit: what it calls accepted is on disk.</summary>
public sealed record FleetReceipt
{
    /// <summary>Version of this message's shape; 1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>One verdict per report, in the order in which they were sent.</summary>
    public required IReadOnlyList<FleetVerdict> Verdicts { get; init; }
}

/// <summary>What became of one report.</summary>
public sealed record FleetVerdict
{
    /// <summary><c>accepted</c>, <c>duplicate</c> (it was recorded before; nothing changes), or <c>rejected</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>All that is wrong with it; empty unless it was rejected.</summary>
    public IReadOnlyList<FleetFlaw> Flaws { get; init; } = [];
}

/// <summary>One thing to mend in a report.</summary>
public sealed record FleetFlaw
{
    /// <summary>A stable code such as <c>state_unknown</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The field, for example <c>capacityWorkUnits</c>.</summary>
    public required string Field { get; init; }

    /// <summary>A sentence that says what to do.</summary>
    public required string Message { get; init; }
}
