using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What a unit cost report is asked for, after the credential has narrowed it.</summary>
public sealed class UnitCostQuestion
{
    private readonly Dictionary<string, string?> tagValues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> tagsShown = new(StringComparer.Ordinal);

    public required Window Window { get; init; }

    /// <summary>The dimensions, each at most once, in the order asked for.</summary>
    public required IReadOnlyList<Dimension> GroupBy { get; init; }

    public required TimeBuckets Buckets { get; init; }

    /// <summary>The buckets of tenants that have days and months of their own; the others take <see cref="Buckets"/>.</summary>
    public IReadOnlyDictionary<TenantId, TimeBuckets> OwnBuckets { get; init; } = new Dictionary<TenantId, TimeBuckets>();

    /// <summary>Of every amount; null is the one that all of them have.</summary>
    public Currency? Currency { get; init; }

    /// <summary>Null is all.</summary>
    public required IReadOnlySet<TenantId>? Tenants { get; init; }

    /// <summary>Null is all.</summary>
    public required IReadOnlySet<ModelId>? Models { get; init; }

    /// <summary>Null is all.</summary>
    public required IReadOnlySet<FleetId>? Fleets { get; init; }

    /// <summary>Null is all. Values of one key are alternatives, a null value is usage without that tag; of several keys all must hold.</summary>
    public IReadOnlyList<(string Key, string? Value)>? Tags { get; init; }

    /// <summary>By which tag <see cref="Dimension.Tag"/> groups; null where it is not asked for.</summary>
    public string? TagKey { get; init; }

    /// <summary>Whether cost and target may be shown; charges may always.</summary>
    public required bool ShowsCost { get; init; }

    /// <summary>Charges in another currency are left out as unpriced; null refuses a figure in two.</summary>
    public Currency? ChargeCurrency { get; init; }

    /// <summary>Whether cost is split over token classes, too; it takes a split more per series and quarter-hour.</summary>
    public bool ByClass { get; init; }

    /// <summary>Whether what stands behind the variance is gathered, for words; it takes some sums more per usage.</summary>
    public bool Explains { get; init; }

    /// <summary>How cost meets work.</summary>
    public CostBasis Basis { get; init; }

    /// <summary>The moment for which it is answered: hours that had not begun by then cost nothing yet.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Idle cost is no tenant's, no model's and has no tag, so a filter on any of these leaves it out.</summary>
    public bool ShowsIdle => ShowsCost && Tenants is null && Models is null && Tags is null;

    public bool Shows(UsageSeries series) =>
        (Tenants is null || Tenants.Contains(series.Tenant))
        && (Models is null || Models.Contains(series.Model))
        && (Fleets is null || (series.Fleet is { } fleet && Fleets.Contains(fleet)))
        && (Tags is null || ShowsTags(Tags, series.Tags));

    public bool Shows(FleetId fleet) => Fleets is null || Fleets.Contains(fleet);

    /// <summary>The row of usage.</summary>
    public CellKey KeyOf(RowKind kind, UsageSeries series, QuarterHour slot) => new(
        kind,
        GroupBy.Contains(Dimension.Tenant) ? series.Tenant.Value : null,
        GroupBy.Contains(Dimension.Model) ? series.Model.Value : null,
        GroupBy.Contains(Dimension.Fleet) ? series.Fleet?.Value : null,
        (OwnBuckets.TryGetValue(series.Tenant, out var own) ? own : Buckets).Holding(slot),
        GroupBy.Contains(Dimension.RateClass) ? series.RateClass.Label : null,
        TagKey is null ? null : TagValue(series.Tags));

    /// <summary>The row of cost that no usage carries.</summary>
    public CellKey KeyOf(RowKind kind, FleetId fleet, QuarterHour slot) =>
        new(kind, null, null, GroupBy.Contains(Dimension.Fleet) ? fleet.Value : null, Buckets.Holding(slot));

    // A report has few tag sets and many rows of usage.
    private bool ShowsTags(IReadOnlyList<(string Key, string? Value)> wanted, string tagSet)
    {
        if (!tagsShown.TryGetValue(tagSet, out var shown)) tagsShown[tagSet] = shown = TagFilter.Holds(wanted, tagSet);
        return shown;
    }

    private string? TagValue(string tagSet)
    {
        if (!tagValues.TryGetValue(tagSet, out var value)) tagValues[tagSet] = value = TagSet.ValueOf(tagSet, TagKey!);
        return value;
    }
}

/// <summary>What a row is of; null where it is not grouped by, or where the kind has none.</summary>
public readonly record struct CellKey(
    RowKind Kind, string? Tenant, string? Model, string? Fleet, int Bucket, string? RateClass = null, string? Tag = null)
{
    /// <summary>The total's: everything.</summary>
    public static readonly CellKey Total = new(RowKind.Total, null, null, null, TimeBuckets.NoBucket);
}
