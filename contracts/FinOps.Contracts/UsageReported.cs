namespace FinOps.Contracts;

/// <summary>A batch of usage records from one source. The array's order decides which of two records with one identity is first.</summary>
public sealed record UsageReported
{
    /// <summary>Version of this message's shape; 1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The sender's name for the batch, returned on its receipt. A batch sent again keeps it.</summary>
    public required string BatchId { get; init; }

    /// <summary>The process that reports: a replica or a gateway. Part of each record's identity unless the record names its own.</summary>
    public required string Source { get; init; }

    /// <summary>Names a backfill: its records may be of any age. Null for live usage, which must lie in the acceptance window.</summary>
    public string? Backfill { get; init; }

    /// <summary>The records, at most <see cref="ContractLimits.MaxRecordsPerBatch"/>.</summary>
    public required IReadOnlyList<UsageRecord> Records { get; init; }
}

/// <summary>What one inference call consumed. Identity is (tenant, source, id); the same identity with other content is a conflict.</summary>
public sealed record UsageRecord
{
    /// <summary>Who pays.</summary>
    public required string Tenant { get; init; }

    /// <summary>Unique for the tenant and source, for ever.</summary>
    public required string Id { get; init; }

    /// <summary>Overrides the batch's source.</summary>
    public string? Source { get; init; }

    /// <summary>The model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>The model's version or snapshot.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The fleet whose accelerators did the work. Without one the usage is unattributed: counted, but carrying no cost.</summary>
    public string? Fleet { get; init; }

    /// <summary>When the call happened; up to 7 fractional digits are kept. Without a zone it is UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>
    /// Whole numbers by unit class (see <see cref="UnitClasses"/>). An absent class is 0; null says that the source could not tell, and the
    /// record counts as incomplete. Classes are disjoint. A source whose classes overlap sends the whole as <c>inputTotal</c> or
    /// <c>outputTotal</c> beside the parts; the rest is then <c>uncachedInput</c> or <c>output</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, long?> Quantities { get; init; }

    /// <summary><c>ok</c> (default) or <c>failed</c>. A failed call counts like any other.</summary>
    public string? Status { get; init; }

    /// <summary>Free labels, for example the API key's name. Never prompts or completions.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>The names of the unit classes.</summary>
public static class UnitClasses
{
    /// <summary>Input tokens that no cache served.</summary>
    public const string UncachedInput = "uncachedInput";

    /// <summary>Input tokens read from a prefix cache.</summary>
    public const string CacheRead = "cacheRead";

    /// <summary>Input tokens written to a prefix cache.</summary>
    public const string CacheWrite = "cacheWrite";

    /// <summary>Image tokens in the input.</summary>
    public const string Image = "image";

    /// <summary>Audio tokens in the input.</summary>
    public const string AudioInput = "audioInput";

    /// <summary>Output tokens that are neither reasoning nor audio.</summary>
    public const string Output = "output";

    /// <summary>Reasoning tokens.</summary>
    public const string Reasoning = "reasoning";

    /// <summary>Audio tokens in the output.</summary>
    public const string AudioOutput = "audioOutput";

    /// <summary>Calls, where they are priced.</summary>
    public const string Requests = "requests";

    /// <summary>Whole seconds of media or compute, where they are priced.</summary>
    public const string Seconds = "seconds";

    /// <summary>The whole of the five input classes, for sources whose classes overlap.</summary>
    public const string InputTotal = "inputTotal";

    /// <summary>The whole of the three output classes, for sources whose classes overlap.</summary>
    public const string OutputTotal = "outputTotal";
}

/// <summary>What the wire allows.</summary>
public static class ContractLimits
{
    /// <summary>Records in one batch. A larger batch is refused whole, before any of it is counted.</summary>
    public const int MaxRecordsPerBatch = 10_000;

    /// <summary>Characters of a tenant, source, id, model, fleet, tag key or tag value.</summary>
    public const int MaxNameLength = 256;

    /// <summary>Tags of one record.</summary>
    public const int MaxTagsPerRecord = 32;

    /// <summary>The largest believable quantity of one class in one record.</summary>
    public const long MaxQuantity = 1_000_000_000_000;
}
