namespace FinOps.Contracts;

/// <summary>What a fleet had between two instants, so that idle time has causes and silence is noticed.</summary>
public sealed record FleetReported
{
    /// <summary>Version of this message's shape; 1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The fleet.</summary>
    public required string Fleet { get; init; }

    /// <summary>Start, inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The accelerator's key in the catalogue, for example <c>h100-sxm</c>.</summary>
    public required string Accelerator { get; init; }

    /// <summary>How many accelerators; a fraction is a part of one. A later report of the same accelerator and state takes the place of an earlier one where they overlap.</summary>
    public required decimal Count { get; init; }

    /// <summary>One of <c>serving</c>, <c>loaded</c>, <c>warm-up</c>, <c>draining</c>, <c>unplaced</c>.</summary>
    public required string State { get; init; }

    /// <summary>What the fleet could have done between the two instants, in work units; null when it cannot tell.</summary>
    public decimal? CapacityWorkUnits { get; init; }
}
