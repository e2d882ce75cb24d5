using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>Sums up a unit cost report from roll-ups, in any order: the figures of <see cref="UnitCostSums"/> over the same usage and books.</summary>
public sealed class RollUpSums
{
    private readonly UnitCostQuestion question;
    private readonly string[]? tenants;
    private readonly HashSet<string>? models;
    private readonly (bool Tenant, bool Model, bool Fleet) groups;
    private readonly Dictionary<CellKey, UnitCostCell> cells = [];
    // Where the cells of the last roll-up went, by position: the next one mostly has the same tenants and models in the same places.
    private readonly List<(CellKey Key, UnitCostCell Cell)> places = [];
    private readonly HashSet<string> unpricedModels = new(StringComparer.Ordinal);
    private readonly HashSet<string> weightSets = new(StringComparer.Ordinal);
    private readonly VarianceEvidence evidence = new();
    private readonly HashSet<Currency> counted = [];
    private readonly HashSet<Currency> perhapsCounted = [];

    public RollUpSums(UnitCostQuestion question)
    {
        this.question = question;
        tenants = question.Tenants?.Select(t => t.Value).ToArray();
        models = question.Models?.Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        groups = (
            question.GroupBy.Contains(Dimension.Tenant), question.GroupBy.Contains(Dimension.Model), question.GroupBy.Contains(Dimension.Fleet));
    }

    /// <summary>Whether they can tell what stands behind the variance: of all work, not of some tenants' or models'.</summary>
    public static bool CanExplain(UnitCostQuestion question) => question.Tenants is null && question.Models is null;

    /// <summary>Whether the question needs cells by tenant and model at once.</summary>
    public static bool NeedsBoth(UnitCostQuestion question) => ByTenant(question) && ByModel(question);

    /// <summary>Rows so far, for the caller to bound.</summary>
    public int CellCount => cells.Count;

    /// <param name="fleet">Null where the records named none.</param>
    /// <param name="first">The first slot of its stretch, which lies in the window and in one of the question's time buckets.</param>
    /// <param name="rollUp">Of the fleet in the stretch; each at most once.</param>
    public void Add(FleetId? fleet, QuarterHour first, RollUp rollUp)
    {
        var place = new CellKey(rollUp.Kind, null, null, groups.Fleet ? fleet?.Value : null, question.Buckets.Holding(first));
        var all = rollUp.Cells(ByTenant(question), ByModel(question));
        var (shown, isCounted, position) = (false, question.ShowsCost && rollUp.WeightSets.Count > 0, 0);
        if (tenants is null) AddAll(all);
        else foreach (var tenant in tenants) AddAll(RollUp.Of(all, tenant));

        if (question.ShowsIdle && rollUp.Idle is { } idle)
        {
            Cell(place with { Kind = idle.Kind }).Add(idle.Cell);
            isCounted = true;
        }

        foreach (var (tenant, model) in rollUp.Unpriced)
        {
            if ((tenants is null || tenants.Contains(tenant)) && (models is null || models.Contains(model))) unpricedModels.Add(model);
        }

        if (question.Explains && rollUp.Evidence is { } behind) evidence.Add(behind);
        if (question.ShowsCost) weightSets.UnionWith(rollUp.WeightSets);
        if (rollUp.Currency is { } currency && (shown || isCounted)) (isCounted ? counted : perhapsCounted).Add(currency);

        void AddAll(ReadOnlySpan<RollUpCell> some)
        {
            foreach (var cell in some)
            {
                if (models is not null && !models.Contains(cell.Model!)) continue;
                var key = place with { Tenant = groups.Tenant ? cell.Tenant : null, Model = groups.Model ? cell.Model : null };
                Cell(key, position++).Add(cell.Cell, question.ShowsCost);
                shown = true;
                isCounted |= cell.Cell.Charge is not null || (question.ShowsCost && cell.Cell.TargetedTokens > 0);
            }
        }
    }

    /// <returns>
    /// Null where roll-ups cannot tell which currency the report is in, or that it would be in two: whoever sums quarter-hours sees each fact.
    /// </returns>
    public UnitCostSummary? Finish()
    {
        if (counted.Union(perhapsCounted).Count() > 1 || (counted.Count == 0 && perhapsCounted.Count > 0)) return null;
        var total = new UnitCostCell();
        foreach (var cell in cells.Values) total.Add(cell);
        return new UnitCostSummary(
            [.. cells.Select(c => (c.Key, c.Value)).OrderBy(c => c.Key, new CellOrder(question.GroupBy))],
            total,
            counted.Count == 0 ? null : counted.Single(),
            [],
            [.. unpricedModels.Order(StringComparer.Ordinal)],
            [.. weightSets.Order(StringComparer.Ordinal)],
            total.Cards)
        {
            Evidence = question.Explains ? evidence : null,
        };
    }

    private static bool ByTenant(UnitCostQuestion question) => question.Tenants is not null || question.GroupBy.Contains(Dimension.Tenant);

    private static bool ByModel(UnitCostQuestion question) => question.Models is not null || question.GroupBy.Contains(Dimension.Model);

    private UnitCostCell Cell(CellKey key, int position)
    {
        if (position < places.Count && places[position].Key == key) return places[position].Cell;
        var cell = Cell(key);
        if (position < places.Count) places[position] = (key, cell);
        else places.Add((key, cell));
        return cell;
    }

    private UnitCostCell Cell(CellKey key)
    {
        if (!cells.TryGetValue(key, out var cell)) cells[key] = cell = new UnitCostCell();
        return cell;
    }
}
