using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>A cell of a roll-up.</summary>
/// <param name="Tenant">Null where it is summed over tenants.</param>
/// <param name="Model">Null where it is summed over models.</param>
/// <param name="Cell">Never changed.</param>
public readonly record struct RollUpCell(string? Tenant, string? Model, UnitCostCell Cell);

/// <summary>
/// What one fleet's work and idleness in one stretch of time come to: by tenant and model, and coarser. Cells add up exactly, so a report
/// summed from roll-ups has the figures of one summed from quarter-hours.
/// </summary>
public sealed class RollUp
{
    private readonly RollUpCell[] whole;
    private readonly RollUpCell[] byTenant;
    private readonly RollUpCell[] byModel;
    private readonly RollUpCell[]? byBoth;

    /// <param name="summary">A report on one fleet in the stretch, with its idle cost, grouped by tenant and model.</param>
    /// <param name="keepsBoth">Whether cells by tenant and model at once are kept, which are most of it.</param>
    public RollUp(UnitCostSummary summary, bool keepsBoth)
    {
        var usage = new List<RollUpCell>();
        foreach (var (key, cell) in summary.Rows)
        {
            if (key.Kind is RowKind.Usage or RowKind.Unattributed)
            {
                Kind = key.Kind;
                usage.Add(new RollUpCell(key.Tenant, key.Model, cell));
            }
            else
            {
                Invariant.Require(Idle is null, "a fleet's idle cost in one stretch is one row");
                Idle = (key.Kind, cell);
            }
        }

        byTenant = Sums(usage, c => new RollUpCell(c.Tenant, null, new UnitCostCell()));
        byModel = Sums(usage, c => new RollUpCell(null, c.Model, new UnitCostCell()));
        whole = Sums(usage, _ => new RollUpCell(null, null, new UnitCostCell()));
        if (keepsBoth) byBoth = [.. usage];
        Unpriced = [.. usage.Where(c => c.Cell.UnpricedTokens > 0).Select(c => (c.Tenant!, c.Model!))];
        Models = byModel.Select(c => c.Model!).ToHashSet(StringComparer.Ordinal);
        (Currency, WeightSets) = (summary.Currency, summary.WeightSets);
        Evidence = summary.Evidence is { Count: > 0 } behind ? behind : null;
        CellCount = 2 * (Evidence?.Count ?? 0) + byTenant.Length + byModel.Length + whole.Length + (byBoth?.Length ?? 0) + 1;
    }

    /// <summary>Of its work; without any, of no meaning.</summary>
    public RowKind Kind { get; }

    /// <summary>Cost that no work carries; null where there is none.</summary>
    public (RowKind Kind, UnitCostCell Cell)? Idle { get; }

    /// <summary>Tenants and models with tokens that no card priced.</summary>
    public IReadOnlyList<(string Tenant, string Model)> Unpriced { get; }

    public IReadOnlySet<string> Models { get; }

    /// <summary>Of every amount in it; null where nothing has one.</summary>
    public Currency? Currency { get; }

    /// <summary>The work weights by which hours with work were shared; none where no such hour's cost is known.</summary>
    public IReadOnlyList<string> WeightSets { get; }

    /// <summary>What stands behind its variance, of all of its work; null where nothing has a target.</summary>
    public VarianceEvidence? Evidence { get; }

    /// <summary>How much memory it takes, in cells.</summary>
    public int CellCount { get; }

    /// <summary>Its work, by tenant, ordinal.</summary>
    /// <param name="tenants">Whether by tenant.</param>
    /// <param name="models">Whether by model.</param>
    public ReadOnlySpan<RollUpCell> Cells(bool tenants, bool models)
    {
        if (!tenants) return models ? byModel : whole;
        if (!models) return byTenant;
        Invariant.Require(byBoth is not null, "a roll-up is asked only for cells that it keeps");
        return byBoth;
    }

    /// <param name="cells">By tenant.</param>
    /// <param name="tenant">Whose.</param>
    public static ReadOnlySpan<RollUpCell> Of(ReadOnlySpan<RollUpCell> cells, string tenant)
    {
        var first = FirstNotBefore(cells, tenant);
        var end = first;
        while (end < cells.Length && cells[end].Tenant == tenant) end++;
        return cells[first..end];
    }

    private static int FirstNotBefore(ReadOnlySpan<RollUpCell> cells, string tenant)
    {
        var (low, high) = (0, cells.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(cells[middle].Tenant, tenant) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static RollUpCell[] Sums(List<RollUpCell> usage, Func<RollUpCell, RollUpCell> empty)
    {
        var sums = new Dictionary<(string?, string?), RollUpCell>();
        foreach (var cell in usage)
        {
            var start = empty(cell);
            if (!sums.TryGetValue((start.Tenant, start.Model), out var sum)) sums[(start.Tenant, start.Model)] = sum = start;
            sum.Cell.Add(cell.Cell);
        }

        return [.. sums.Values.OrderBy(c => c.Tenant, StringComparer.Ordinal).ThenBy(c => c.Model, StringComparer.Ordinal)];
    }
}
