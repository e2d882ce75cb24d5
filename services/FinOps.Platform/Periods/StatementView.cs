using FinOps.Domain.Reporting;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Periods;

/// <summary>What a month costs and owes.</summary>
/// <param name="Period">Which.</param>
/// <param name="Currency">Of every amount; null where nothing has a price or a cost.</param>
/// <param name="Rows">The month's own figures: of its closing, or of now while it is open.</param>
/// <param name="Adjustments">What changed closed months since their closing, or since the statement before this one.</param>
/// <param name="Total">Both summed.</param>
[Name("Statement")]
public sealed record StatementView(
    PeriodView Period, string? Currency, IReadOnlyList<StatementRow> Rows, IReadOnlyList<AdjustmentRow> Adjustments, StatementTotal Total);

/// <summary>A part of the month's own figures.</summary>
[Name("StatementRow")]
public sealed record StatementRow(
    RowKind Kind, string? Tenant, string? Model, string? Fleet, long Records, long InputTotal, long OutputTotal, decimal? ActualCost, decimal? Charge)
{
    internal static StatementRow Of(UnitCostRow row) => new(
        row.Kind, row.Tenant, row.Model, row.Fleet, row.Records, row.Tokens.InputTotal, row.Tokens.OutputTotal, row.ActualCost, row.Charge);
}

/// <summary>By how much a figure of a closed month moved; it may be negative.</summary>
/// <param name="Period">The closed month.</param>
[Name("Adjustment")]
public sealed record AdjustmentRow(
    string Period, RowKind Kind, string? Tenant, string? Model, string? Fleet, long Records, long InputTotal, long OutputTotal, decimal? ActualCost,
    decimal? Charge)
{
    /// <returns>Null where nothing moved.</returns>
    internal static AdjustmentRow? Between(string period, UnitCostRow? before, UnitCostRow? after)
    {
        var row = after ?? before ?? throw new ArgumentException("one of the two is there");
        var moved = new AdjustmentRow(
            period, row.Kind, row.Tenant, row.Model, row.Fleet, Moved(r => r.Records), Moved(r => r.Tokens.InputTotal), Moved(r => r.Tokens.OutputTotal),
            Amount(r => r.ActualCost), Amount(r => r.Charge));
        return moved is { Records: 0, InputTotal: 0, OutputTotal: 0, ActualCost: null or 0, Charge: null or 0 } ? null : moved;

        long Moved(Func<UnitCostRow, long> of) => (after is null ? 0 : of(after)) - (before is null ? 0 : of(before));

        decimal? Amount(Func<UnitCostRow, decimal?> of)
        {
            var (was, became) = (before is null ? null : of(before), after is null ? null : of(after));
            return was is null && became is null ? null : (became ?? 0) - (was ?? 0);
        }
    }
}

/// <summary>The month's own figures, what changed earlier months, and their sums.</summary>
[Name("StatementTotal")]
public sealed record StatementTotal(
    decimal? OwnCost, decimal? OwnCharge, decimal? AdjustmentCost, decimal? AdjustmentCharge, decimal? Cost, decimal? Charge)
{
    internal static StatementTotal Of(UnitCostRow own, IReadOnlyList<AdjustmentRow> adjustments)
    {
        var (cost, charge) = (Sum(adjustments.Select(a => a.ActualCost)), Sum(adjustments.Select(a => a.Charge)));
        return new StatementTotal(own.ActualCost, own.Charge, cost, charge, Sum([own.ActualCost, cost]), Sum([own.Charge, charge]));
    }

    private static decimal? Sum(IEnumerable<decimal?> amounts) => amounts.OfType<decimal>().Cast<decimal?>().Aggregate((decimal?)null, (sum, a) => (sum ?? 0) + a);
}
