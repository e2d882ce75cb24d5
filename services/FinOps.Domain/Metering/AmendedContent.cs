using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>Content that an amendment can take away.</summary>
public enum RemovableContent
{
    Fleet,
    ModelVersion,
    Tags,
}

/// <summary>What an amendment says of a record's content; what is null stays as it is.</summary>
public sealed record AmendedContent
{
    public string? Model { get; init; }

    public string? ModelVersion { get; init; }

    public string? Fleet { get; init; }

    public DateTimeOffset? OccurredAt { get; init; }

    public string? Status { get; init; }

    /// <summary>All quantities anew, also as wholes with their parts; a null value is one that the source could not tell.</summary>
    public IReadOnlyList<KeyValuePair<string, long?>>? Quantities { get; init; }

    /// <summary>All tags anew.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Tags { get; init; }

    public IReadOnlyCollection<RemovableContent> Remove { get; init; } = [];

    /// <summary>The record as it would be reported now, to be accepted by the same rules as any other.</summary>
    public ReportedRecord Over(UsageRecord record) => new()
    {
        Tenant = record.Tenant.Value,
        Source = record.Source,
        Id = record.Id,
        Model = Model ?? record.Model.Value,
        ModelVersion = Remove.Contains(RemovableContent.ModelVersion) ? null : ModelVersion ?? record.ModelVersion,
        Fleet = Remove.Contains(RemovableContent.Fleet) ? null : Fleet ?? record.Fleet,
        OccurredAt = OccurredAt ?? record.OccurredAt,
        Status = Status ?? (record.Failed ? "failed" : "ok"),
        Quantities = [.. Quantities ?? Reported(record)],
        Tags = Remove.Contains(RemovableContent.Tags) ? null : [.. Tags ?? record.Tags],
    };

    /// <summary>An amendment is of any age, as a backfill is; only the future stays closed. The backfill that brought the record stays named.</summary>
    public static AcceptanceRules Rules(UsageRecord record, DateTimeOffset now, TimeSpan ahead) =>
        new(now, now - DateTimeOffset.MinValue, ahead, record.Backfill, _ => true);

    private static IEnumerable<KeyValuePair<string, long?>> Reported(UsageRecord record)
    {
        foreach (var unitClass in UnitClass.All)
        {
            var (isMissing, quantity) = ((record.Missing & (1 << unitClass.Ordinal)) != 0, record.Quantities[unitClass]);
            if (quantity != 0) yield return new(unitClass.Name, quantity);
            if (!isMissing) continue;
            // Known in part: the class has a number, but the source could not tell the whole of its side.
            yield return new(quantity == 0 ? unitClass.Name : Disjoint.WholeOf(unitClass.Side), null);
        }
    }
}
