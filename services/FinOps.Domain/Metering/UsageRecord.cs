using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>An acceptable usage record, normalised: instants in UTC ticks, absent quantities 0, tags sorted by key, ordinal.</summary>
public sealed class UsageRecord
{
    public required TenantId Tenant { get; init; }

    public required string Source { get; init; }

    public required string Id { get; init; }

    public required ModelId Model { get; init; }

    public string? ModelVersion { get; init; }

    /// <summary>Null: the usage is unattributed.</summary>
    public string? Fleet { get; init; }

    /// <summary>UTC, to the tick (7 fractional digits).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    public required Quantities Quantities { get; init; }

    /// <summary>Classes that the source could not tell: bit n is the class with ordinal n. Their quantity is 0.</summary>
    public int Missing { get; init; }

    public bool Failed { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The named backfill that brought it; not part of its content.</summary>
    public string? Backfill { get; init; }

    public Meter Meter => new(Tenant, Model);

    public bool Incomplete => Missing != 0;

    public QuarterHour Slot => QuarterHour.Holding(OccurredAt);
}
