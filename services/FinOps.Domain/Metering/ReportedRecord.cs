namespace FinOps.Domain.Metering;

/// <summary>One record as the sender wrote it: whatever could be read, and what could not. Nothing is decided yet.</summary>
public sealed class ReportedRecord
{
    public string? Tenant { get; set; }

    public string? Id { get; set; }

    /// <summary>The record's own source, else the batch's.</summary>
    public string? Source { get; set; }

    public string? Model { get; set; }

    public string? ModelVersion { get; set; }

    public string? Fleet { get; set; }

    public DateTimeOffset? OccurredAt { get; set; }

    public string? Status { get; set; }

    /// <summary>Quantities by the sender's class name; null where the sender said that it could not tell. Null when there was no such field.</summary>
    public List<KeyValuePair<string, long?>>? Quantities { get; set; }

    public List<KeyValuePair<string, string>>? Tags { get; set; }

    /// <summary>The first thing that could not be read; it decides the verdict.</summary>
    public Values.Rejection? Unreadable { get; set; }
}
