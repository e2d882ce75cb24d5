using FinOps.Domain.Reporting;
using FinOps.Domain.Targets.Variance;
using FinOps.Platform.Access;
using FinOps.Platform.Fleets;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Why tokens cost other than they should.</summary>
public sealed class VarianceQueries
{
    /// <summary>Actual cost beside the target, the gap split into its causes, and the causes in words, the largest first. See docs/variance.md.</summary>
    /// <param name="timeZone">IANA, or TENANT: each tenant's own days and accounting months.</param>
    /// <param name="currency">ISO 4217, or TENANT; by default the only currency that there is.</param>
    /// <param name="tagKey">By which tag TAG groups: application, environment, feature, project or team.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<VarianceReport> VarianceReport(
        UsageFilter where, [FromServices] VarianceReports reports, [FromServices] Viewer viewer, CancellationToken cancellation,
        IReadOnlyList<Dimension>? groupBy = null, string? timeZone = "UTC", string? currency = null, DateTimeOffset? asOf = null, string? tagKey = null)
    {
        Cost.RequireSeen(viewer, "varianceReport");
        return reports.AskAsync(new UnitCostArguments(where, groupBy, tagKey, timeZone ?? "UTC", CostBasis.Allocation, currency, asOf, Explains: true), viewer, cancellation);
    }
}

/// <summary>Actual cost beside targets, and why they differ. Usage without a target stays outside.</summary>
/// <param name="Rows">As those of <c>unitCost</c>, where something has a target.</param>
/// <param name="Total">Their sum.</param>
/// <param name="TargetedTokensShare">The share of all tokens that has a target; null without tokens.</param>
/// <param name="TargetedCostShare">The share of all cost that is compared with a target, idle cost included; null without cost.</param>
/// <param name="Currency">Of every amount.</param>
/// <param name="TimeZone">Of hours, days and months.</param>
/// <param name="WeightSet">The work units by which hours were shared.</param>
/// <param name="ProvisionalFrom">From when on usage may still arrive; an hour that is not over costs whole and has little work yet. Null where all is settled.</param>
/// <param name="CapacitySources">From what it is known what fleets could do in hours with work.</param>
/// <param name="Explanations">The causes by falling amount; their money sums to the gap of the total.</param>
[Name("VarianceReport")]
public sealed record VarianceReport(
    IReadOnlyList<VarianceRow> Rows, VarianceRow Total, decimal? TargetedTokensShare, decimal? TargetedCostShare, string? Currency, string TimeZone,
    string WeightSet, DateTimeOffset? ProvisionalFrom, IReadOnlyList<CapacityShareView> CapacitySources, IReadOnlyList<VarianceExplanationView> Explanations);

/// <summary>A row. Money is exact; figures per million tokens have 12 decimals, rounded half to even.</summary>
/// <param name="TargetedTokens">Tokens that have a target and a known cost: what figures are divided by.</param>
/// <param name="ActualCost">Of these, and idle cost of fleets with a target.</param>
/// <param name="TargetCost">Of these at the design point.</param>
/// <param name="AskedTargetCost">Of these for the lengths and the cached share that were really asked.</param>
/// <param name="Variance">Actual less target.</param>
/// <param name="Effects">They sum to the variance to the last digit.</param>
[Name("VarianceRow")]
public sealed record VarianceRow(
    RowKind Kind, string? Tenant, string? Model, string? Fleet, string? RateClass, string? Tag, DateTimeOffset? BucketStart, string? BucketLabel, long Records,
    long Tokens, long TargetedTokens, decimal ActualCost, decimal TargetCost, decimal AskedTargetCost, decimal Variance, decimal? ActualCostPerMillionTokens,
    decimal? TargetCostPerMillionTokens, decimal? AskedTargetCostPerMillionTokens, decimal? VariancePerMillionTokens, VarianceEffectsView? Effects)
{
    private const decimal Million = 1_000_000m;

    internal static VarianceRow Of(CellKey key, UnitCostCell cell, ReportCalendars calendars)
    {
        var (start, label) = calendars.Of(key);
        var sums = cell.Targets ?? new TargetSums();
        return new VarianceRow(
            key.Kind, key.Tenant, key.Model, key.Fleet, key.RateClass, key.Tag, start, label, cell.Records, cell.Quantities.Total, sums.ComparedTokens, sums.ComparedCost,
            sums.ComparedCost - sums.Gap, sums.ComparedAsked, sums.Gap,
            UnitEconomicsRow.Per(sums.ComparedCost * Million, sums.ComparedTokens), cell.TargetPerMillionTokens, cell.AskedTargetPerMillionTokens,
            cell.VariancePerMillionTokens, VarianceEffectsView.Of(cell));
    }
}

/// <summary>A cause of the gap in words.</summary>
/// <param name="Fleet">Where.</param>
/// <param name="Model">Null where it is the fleet's.</param>
/// <param name="Money">Above zero costs more than the target.</param>
/// <param name="Share">Of the gap, 12 decimals; below zero where it goes the other way, null where there is no gap.</param>
/// <param name="Text">A sentence.</param>
[Name("VarianceExplanation")]
public sealed record VarianceExplanationView(VarianceEffect Effect, string Fleet, string? Model, decimal Money, decimal? Share, string Text)
{
    internal static VarianceExplanationView Of(VarianceExplanation told) =>
        new(told.Effect, told.Fleet.Value, told.Model?.Value, told.Money, told.Share, told.Text);
}
