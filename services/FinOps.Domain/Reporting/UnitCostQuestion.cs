using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What a unit cost report is asked for, after the credential has narrowed it.</summary>
public sealed class UnitCostQuestion
{
    public required Window Window { get; init; }

    /// <summary>The dimensions, each at most once, in the order asked for.</summary>
    public required IReadOnlyList<Dimension> GroupBy { get; init; }

    public required TimeBuckets Buckets { get; init; }

    /// <summary>Null is all.</summary>
    public required IReadOnlySet<TenantId>? Tenants { get; init; }

    /// <summary>Null is all.</summary>
    public required IReadOnlySet<ModelId>? Models { get; init; }

    /// <summary>Null is all.</summary>
    public required IReadOnlySet<FleetId>? Fleets { get; init; }

    /// <summary>Whether cost and target may be shown; charges may always.</summary>
    public required bool ShowsCost { get; init; }

    /// <summary>Charges in another currency are left out as unpriced; null refuses a figure in two.</summary>
    public Currency? ChargeCurrency { get; init; }

    /// <summary>The moment for which it is answered: hours that had not begun by then cost nothing yet.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Idle cost is no tenant's and no model's, so a filter on either leaves it out.</summary>
    public bool ShowsIdle => ShowsCost && Tenants is null && Models is null;

    public bool Shows(UsageSeries series) =>
        (Tenants is null || Tenants.Contains(series.Tenant))
        && (Models is null || Models.Contains(series.Model))
        && (Fleets is null || (series.Fleet is { } fleet && Fleets.Contains(fleet)));

    public bool Shows(FleetId fleet) => Fleets is null || Fleets.Contains(fleet);

    public CellKey KeyOf(RowKind kind, TenantId? tenant, ModelId? model, FleetId? fleet, QuarterHour slot) => new(
        kind,
        GroupBy.Contains(Dimension.Tenant) ? tenant?.Value : null,
        GroupBy.Contains(Dimension.Model) ? model?.Value : null,
        GroupBy.Contains(Dimension.Fleet) ? fleet?.Value : null,
        Buckets.Holding(slot));
}

/// <summary>What a row is of; null where it is not grouped by, or where the kind has none.</summary>
public readonly record struct CellKey(RowKind Kind, string? Tenant, string? Model, string? Fleet, int Bucket)
{
    /// <summary>The total's: everything.</summary>
    public static readonly CellKey Total = new(RowKind.Total, null, null, null, TimeBuckets.NoBucket);
}
