namespace FinOps.Domain.Metering;

/// <summary>
/// The stored event: records of one stream count no longer, by whose word and why. It holds them whole, so that a fold subtracts what it
/// reads here and needs no other event. The records stay where they are.
/// </summary>
public sealed record UsageVoided
{
    /// <summary>All that one correction wrote carries one id.</summary>
    public required Guid Correction { get; init; }

    /// <summary>Record time; never before that of what is taken back, so that no "as of" sees a negative figure.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    /// <summary>The backfill that was voided as a whole; its ids are free again. Null where one record was taken back: its id stays taken.</summary>
    public string? Backfill { get; init; }

    /// <summary>The stream of the content that took the record's place; null where nothing did.</summary>
    public string? ReplacedIn { get; init; }

    /// <summary>Where in this stream the records lie, in the order of <see cref="Taken"/>.</summary>
    public required IReadOnlyList<TakenFrom> From { get; init; }

    /// <summary>The records; its record time is the correction's.</summary>
    public required UsageRecorded Taken { get; init; }
}

/// <summary>The stored event: a record's new content, by whose word and why. What it replaces, if it counted, is taken back in the same transaction.</summary>
public sealed record UsageAmended
{
    /// <summary>All that one correction wrote carries one id.</summary>
    public required Guid Correction { get; init; }

    /// <summary>Record time.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    /// <summary>The one record; its record time is the correction's.</summary>
    public required UsageRecorded Given { get; init; }
}

/// <summary>Records of one event of the same stream.</summary>
/// <param name="Version">The event's version in its stream.</param>
/// <param name="Positions">Which of its records, ascending; null for all.</param>
public sealed record TakenFrom(long Version, IReadOnlyList<int>? Positions = null)
{
    public bool Holds(long version, int position) =>
        version == Version && (Positions is null || Positions.Contains(position));
}
