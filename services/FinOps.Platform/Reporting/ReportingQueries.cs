using FinOps.Domain.Reporting;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Figures.</summary>
public sealed class ReportingQueries
{
    /// <summary>Actual cost per token beside the charge and the target; see docs/cost.md.</summary>
    /// <param name="timeZone">IANA, or TENANT: each tenant's own days and accounting months.</param>
    /// <param name="currency">ISO 4217, or TENANT; by default the only currency that there is.</param>
    /// <param name="tagKey">By which tag TAG groups: application, environment, feature, project or team.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<UnitCostReport> UnitCost(
        UsageFilter where,
        [FromServices] UnitCostReports reports,
        [FromServices] Viewer viewer,
        CancellationToken cancellation,
        IReadOnlyList<Dimension>? groupBy = null,
        string? timeZone = "UTC",
        CostBasis? basis = CostBasis.Allocation,
        DateTimeOffset? asOf = null,
        string? currency = null,
        string? tagKey = null) =>
        reports.AskAsync(
            new UnitCostArguments(where, groupBy, tagKey, timeZone ?? "UTC", basis ?? CostBasis.Allocation, currency, asOf), viewer, cancellation);
}
