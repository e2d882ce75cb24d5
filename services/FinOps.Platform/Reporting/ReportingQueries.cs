using FinOps.Domain.Reporting;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Figures.</summary>
public sealed class ReportingQueries
{
    /// <summary>
    /// Actual cost per token beside the charge and the target; see docs/cost.md. <c>tagKey</c> says by which tag TAG groups: application,
    /// environment, feature, project or team.
    /// </summary>
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
        string? tagKey = null) =>
        reports.AskAsync(where, groupBy, tagKey, timeZone ?? "UTC", basis ?? CostBasis.Allocation, asOf, viewer, cancellation);
}
