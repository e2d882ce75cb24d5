using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Fleets;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>What is earned with a token, and what it is made with.</summary>
public sealed class UnitEconomicsQueries
{
    /// <summary>Cost, charge and margin, per million tokens, per request and by token class; and what fleets make of their accelerators. See docs/cost.md.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<UnitEconomicsReport> UnitEconomics(
        UsageFilter where, [FromServices] UnitEconomicsReports reports, [FromServices] Viewer viewer, CancellationToken cancellation,
        IReadOnlyList<Dimension>? groupBy = null, string? timeZone = "UTC", CostBasis? basis = CostBasis.Allocation, DateTimeOffset? asOf = null,
        string? currency = null, string? tagKey = null)
    {
        Cost.RequireSeen(viewer, "unitEconomics");
        return reports.AskAsync(
            new UnitCostArguments(where, groupBy, tagKey, timeZone ?? "UTC", basis ?? CostBasis.Allocation, currency, asOf), viewer, cancellation);
    }
}

/// <summary>Cost beside what is charged.</summary>
/// <param name="Rows">As those of <c>unitCost</c>.</param>
/// <param name="Total">Everything summed, idle cost included: so its margin is what is left.</param>
/// <param name="Basis">How cost met work.</param>
/// <param name="Currency">Of every amount.</param>
/// <param name="TimeZone">Of hours, days and months.</param>
/// <param name="WeightSet">The work units by which cost is shared, over usage and over token classes.</param>
/// <param name="Fleets">By name; empty where idle cost is not shown.</param>
public sealed record UnitEconomicsReport(
    IReadOnlyList<UnitEconomicsRow> Rows, UnitEconomicsRow Total, CostBasis Basis, string? Currency, string TimeZone, string WeightSet,
    IReadOnlyList<FleetEconomics> Fleets);

/// <summary>A row. Figures per something have 12 decimals, rounded half to even; what is not known on either side is null.</summary>
/// <param name="Calls">Requests where the source counts them, else records.</param>
/// <param name="Margin">Charge less cost; null where one of them is not known.</param>
/// <param name="MarginShare">Of the charge.</param>
/// <param name="UnpricedTokens">Tokens that the charge, and so the margin, leaves out.</param>
/// <param name="UncostedRecords">Records that the cost leaves out.</param>
/// <param name="Classes">Token classes with tokens; their costs sum to the row's.</param>
public sealed record UnitEconomicsRow(
    RowKind Kind, string? Tenant, string? Model, string? Fleet, string? RateClass, string? Tag, DateTimeOffset? BucketStart, string? BucketLabel,
    long Records, long Calls, long Tokens, decimal? ActualCost, decimal? Charge, decimal? Margin, decimal? MarginShare,
    decimal? ActualCostPerMillionTokens, decimal? ChargePerMillionTokens, decimal? ActualCostPerCall, decimal? ChargePerCall, long UnpricedTokens,
    long UncostedRecords, IReadOnlyList<ClassCost> Classes)
{
    private const decimal Million = 1_000_000m;

    internal static UnitEconomicsRow Of(CellKey key, UnitCostCell cell, ReportCalendars calendars)
    {
        var quantities = cell.Quantities;
        var (start, label) = calendars.Of(key);
        var calls = quantities[UnitClass.Requests] is > 0 and var requests ? requests : cell.Records;
        return new UnitEconomicsRow(
            key.Kind, key.Tenant, key.Model, key.Fleet, key.RateClass, key.Tag, start, label, cell.Records, calls, quantities.Total, cell.Cost, cell.Charge,
            cell.Charge - cell.Cost, Per(cell.Charge - cell.Cost, cell.Charge ?? 0), cell.CostPerMillionTokens, Per(cell.Charge * Million, quantities.Total),
            Per(cell.Cost, calls), Per(cell.Charge, calls), cell.UnpricedTokens, cell.UncostedRecords,
            [.. UnitClass.All.Where(c => c.Side != UnitSide.Other && quantities[c] > 0).Select(c => ClassCost.Of(c, quantities[c], cell.CostOf(c)))]);
    }

    internal static decimal? Per(decimal? amount, decimal count) =>
        count == 0 || amount is not { } known ? null : UnitCostCell.Figure(known / count);
}

/// <summary>What the tokens of one class cost, by their work.</summary>
[Name("ClassCost")]
public sealed record ClassCost(string UnitClass, long Tokens, decimal? ActualCost, decimal? ActualCostPerMillionTokens)
{
    internal static ClassCost Of(UnitClass unitClass, long tokens, decimal? cost) =>
        new(unitClass.Name, tokens, cost, UnitEconomicsRow.Per(cost * 1_000_000m, tokens));
}

/// <summary>What a fleet makes of its accelerators.</summary>
/// <param name="Fleet">Which.</param>
/// <param name="ActualCost">All of it, idle hours included.</param>
/// <param name="IdleCost">Of hours without work.</param>
/// <param name="IdleShare">Of the cost.</param>
/// <param name="Utilisation">The share of the cost whose capacity was used, idle hours included; null where no capacity is known.</param>
/// <param name="AcceleratorHours">Null where their number is not known all the time.</param>
/// <param name="ActualCostPerAcceleratorHour">Likewise.</param>
/// <param name="TokensPerAcceleratorHour">Likewise.</param>
[Name("FleetEconomics")]
public sealed record FleetEconomics(
    string Fleet, decimal ActualCost, decimal IdleCost, decimal? IdleShare, decimal? Utilisation, decimal? AcceleratorHours,
    decimal? ActualCostPerAcceleratorHour, decimal? TokensPerAcceleratorHour)
{
    internal static FleetEconomics Of(
        string fleet, IReadOnlyList<(CellKey Key, UnitCostCell Cell)> allocated, IReadOnlyList<(CellKey Key, UnitCostCell Cell)> byUse, decimal? hours)
    {
        var (cost, idle) = (allocated.Sum(r => r.Cell.Cost ?? 0), allocated.Where(r => r.Key.Kind == RowKind.Idle).Sum(r => r.Cell.Cost ?? 0));
        var used = byUse.Where(r => r.Key.Kind == RowKind.Usage).Sum(r => r.Cell.Cost ?? 0);
        var isKnown = byUse.All(r => r.Cell.CapacityCosts.All.All(c => c.Kind != CapacitySource.None));
        return new FleetEconomics(
            fleet, cost, idle, UnitEconomicsRow.Per(idle, cost), isKnown ? UnitEconomicsRow.Per(used, cost) : null, hours,
            UnitEconomicsRow.Per(cost, hours ?? 0), UnitEconomicsRow.Per(allocated.Sum(r => (decimal)r.Cell.Quantities.Total), hours ?? 0));
    }
}
