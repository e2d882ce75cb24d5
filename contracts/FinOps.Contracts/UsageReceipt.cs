namespace FinOps.Contracts;

/// <summary>What became of each record of a batch. Sent after the commit: what it calls accepted is on disk, once.</summary>
public sealed record UsageReceipt
{
    /// <summary>Version of this message's shape; 1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The batch's own name for itself; null for an HTTP body that had none.</summary>
    public string? BatchId { get; init; }

    /// <summary>One verdict per record, in the batch's order.</summary>
    public required IReadOnlyList<RecordVerdict> Verdicts { get; init; }
}

/// <summary>What became of one record.</summary>
public sealed record RecordVerdict
{
    /// <summary>The record's id; null where it had none that could be read.</summary>
    public string? Id { get; init; }

    /// <summary>One of <see cref="Verdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why it was not accepted: a stable code such as <c>tenant_missing</c>; null when accepted or a duplicate.</summary>
    public string? Reason { get; init; }

    /// <summary>The field to mend, for example <c>quantities.output</c>; null when accepted or a duplicate.</summary>
    public string? Field { get; init; }

    /// <summary>A sentence that says what to do; null when accepted or a duplicate.</summary>
    public string? Message { get; init; }
}

/// <summary>The four verdicts. read = accepted + duplicate + conflict + quarantined, always.</summary>
public static class Verdicts
{
    /// <summary>Counted, now and for ever.</summary>
    public const string Accepted = "accepted";

    /// <summary>The same identity with the same content was counted before.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The same identity was counted before with other content; refused and listed.</summary>
    public const string Conflict = "conflict";

    /// <summary>Read, but not acceptable; listed with its reason.</summary>
    public const string Quarantined = "quarantined";
}
