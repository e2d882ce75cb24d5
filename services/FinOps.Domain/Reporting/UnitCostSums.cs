using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>
/// Sums up a unit cost report, one fleet-hour after the other, in any order. Every cell adds the same atoms, (meter, fleet, hour) down to
/// the quarter-hour, so figures do not depend on the grouping.
/// </summary>
/// <param name="question">What is asked for.</param>
/// <param name="books">Rates, fleet costs, targets and work weights.</param>
/// <param name="reported">What fleets reported and once did; null where nothing is known of it.</param>
public sealed class UnitCostSums(UnitCostQuestion question, Books books, FleetActivity? reported = null)
{
    private readonly FleetActivity activity = reported ?? FleetActivity.None;
    private readonly Dictionary<CellKey, UnitCostCell> cells = [];
    private readonly HashSet<string> unpricedModels = new(StringComparer.Ordinal);
    private readonly HashSet<string> weightSets = new(StringComparer.Ordinal);
    private readonly Dictionary<(FleetId Fleet, int Hour), Carried> worked = [];
    private Currency? currency;

    /// <summary>Rows so far, for the caller to bound.</summary>
    public int CellCount => cells.Count;

    /// <summary>Adds the usage of one fleet, or of none, in one hour, each hour at most once.</summary>
    /// <param name="fleet">Null where the records named none.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <param name="usage">
    /// Where costs are asked for: all usage of the fleet in the whole hour, shown or not, since it shares the hour's cost.
    /// </param>
    public void Add(FleetId? fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        var kind = fleet is { } known && books.Fleets.IsRegistered(known) ? RowKind.Usage : RowKind.Unattributed;
        var shares = question.ShowsCost && kind == RowKind.Usage ? SharesOf(fleet!.Value, hour, usage) : null;
        for (var i = 0; i < usage.Count; i++)
        {
            if (!question.Window.Holds(usage[i].Slot) || !question.Shows(usage[i].Series)) continue;
            var cell = Cell(kind, usage[i].Series, usage[i].Slot);
            cell.AddUsage(usage[i]);
            AddCharge(cell, usage[i]);
            if (question.ShowsCost) cell.AddCost(shares?[i], usage[i], TargetOf(usage[i]));
            if (shares is not null && worked.GetValueOrDefault((fleet!.Value, hour)).Source is { } source) cell.CapacityCosts.Add(source, shares[i]);
        }
    }

    /// <summary>Adds the hours without work, and what serves several fleets, and checks that the books balance.</summary>
    /// <param name="requireBalance">False only for who compares the two sides by itself and tells.</param>
    public UnitCostSummary Finish(bool requireBalance = true)
    {
        var fleetCost = 0m;
        if (question.ShowsIdle)
        {
            foreach (var fleet in books.Fleets.Fleets.Where(question.Shows)) fleetCost += AddIdleHours(fleet);
        }

        var total = new UnitCostCell();
        foreach (var cell in cells.Values) total.Add(cell);
        if (requireBalance && question is { ShowsIdle: true, Window.IsOfWholeHours: true })
            Invariant.Require((total.Cost ?? 0) == fleetCost, "the rows sum to the cost of the fleets");
        return new UnitCostSummary(
            Ordered(), total, currency, [.. unpricedModels.Order(StringComparer.Ordinal)], [.. weightSets.Order(StringComparer.Ordinal)]);
    }

    /// <returns>A share per usage; null where the hour's cost is not known.</returns>
    private decimal[]? SharesOf(FleetId fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        if (!HasBegun(hour) || books.Fleets.OfHour(fleet, hour) is not { } cost) return null;
        Count(cost.Cost.Currency, $"the cost of fleet {fleet}");
        var set = books.Weights.At(fleet, new QuarterHour(hour * FleetHours.Quarters));
        weightSets.Add(set.Name);
        var carried = CarriedOf(fleet, hour, cost, usage, set);
        if (FleetHourShares.Of(carried.Amount, usage, set) is not { } shares) return new decimal[usage.Count];
        Invariant.Require(shares.Sum() == carried.Amount, "the shares of a fleet-hour sum to what its work carries");
        worked.Add((fleet, hour), carried);
        return shares;
    }

    /// <summary>Under USAGE the part of the hour's capacity that its work used, else all of it.</summary>
    private Carried CarriedOf(FleetId fleet, int hour, FleetHourCost cost, IReadOnlyList<UsageSlot> usage, WorkWeights set)
    {
        if (question.Basis == CostBasis.Allocation || usage.Sum(u => set.Of(u.Quantities)) is not (> 0 and var work)) return new(cost.Cost.Amount, null);
        var capacity = HourCapacity.Of(fleet, hour, cost, usage, set, books.Targets, activity, question.Now);
        return new(CarriedCost.Of(cost.Cost.Amount, work, capacity), capacity.Source);
    }

    /// <returns>The cost of all the fleet's hours, idle or not.</returns>
    private decimal AddIdleHours(FleetId fleet)
    {
        var all = 0m;
        var kind = books.Fleets.IsShared(fleet) ? RowKind.Shared : RowKind.Idle;
        foreach (var (hour, cost) in FleetHours.Within(books.Fleets, fleet, question.Window, question.Now))
        {
            all += cost.Cost.Amount;
            var hadWork = worked.TryGetValue((fleet, hour), out var carried);
            var rest = cost.Cost.Amount - carried.Amount;
            if (rest == 0) continue;
            Count(cost.Cost.Currency, $"the cost of fleet {fleet}");
            var parts = LargestRemainder.Split(rest, cost.QuarterCosts);
            var why = new IdleHour(fleet, hour, cost, activity.PresenceOf(fleet), hadWork, books.Fleets, question.Now);
            for (var i = 0; i < parts.Length; i++)
            {
                var slot = new QuarterHour(hour * FleetHours.Quarters + i);
                if (parts[i] == 0 || !question.Window.Holds(slot)) continue;
                var cell = Cell(question.KeyOf(kind, null, null, fleet, slot));
                cell.AddIdle(parts[i], books.Targets.HasAny(fleet, slot), kind == RowKind.Idle ? why.ByCause(i, parts[i]) : []);
                if (carried.Source is { } source) cell.CapacityCosts.Add(source, parts[i]);
            }
        }

        return all;
    }

    private void AddCharge(UnitCostCell cell, UsageSlot usage)
    {
        if (books.Rates.At(usage.Series.Model, usage.Slot) is not { } card)
        {
            Unpriced(usage.Quantities.Total);
            return;
        }

        Count(card.Currency, $"the rate card of {usage.Series.Model}");
        var charge = card.ChargeFor(usage.Quantities);
        // A cell whose tokens all lack a rate has no charge; one without tokens is charged nothing.
        if (charge.UnpricedTokens == 0 || charge.UnpricedTokens < usage.Quantities.Total || charge.Amount > 0)
            cell.AddCharge(charge.Amount, charge.InheritedTokens);
        Unpriced(charge.UnpricedTokens);

        void Unpriced(long tokens)
        {
            if (tokens == 0) return;
            cell.AddUnpriced(tokens);
            unpricedModels.Add(usage.Series.Model.Value);
        }
    }

    private decimal? TargetOf(UsageSlot usage)
    {
        if (usage.Series.Fleet is not { } fleet || books.Targets.At(fleet, usage.Series.Model, usage.Slot) is not { } target) return null;
        Count(target.CostPerMillionTokens.Currency, $"the target of {usage.Series.Model} on {fleet}");
        return target.CostPerMillionTokens.Amount;
    }

    private UnitCostCell Cell(RowKind kind, UsageSeries series, QuarterHour slot) =>
        Cell(question.KeyOf(kind, series.Tenant, series.Model, series.Fleet, slot));

    private UnitCostCell Cell(CellKey key)
    {
        if (!cells.TryGetValue(key, out var cell)) cells[key] = cell = new UnitCostCell();
        return cell;
    }

    private IReadOnlyList<(CellKey, UnitCostCell)> Ordered() =>
        [.. cells.Select(c => (c.Key, c.Value)).OrderBy(c => c.Key, new CellOrder(question.GroupBy))];

    private bool HasBegun(int hour) => new QuarterHour(hour * FleetHours.Quarters).Start <= question.Now;

    private void Count(Currency other, string where)
    {
        if (currency is { } one && one != other) throw CurrencyMix.Rejected(one, other, where);
        currency = other;
    }

    /// <param name="Amount">What the hour's work carries.</param>
    /// <param name="Source">What its capacity is known from; null under ALLOCATION, which needs none.</param>
    private readonly record struct Carried(decimal Amount, CapacitySource? Source);
}

/// <param name="Rows">By their keys.</param>
/// <param name="Total">Their sum.</param>
/// <param name="Currency">Of every amount; null where nothing has one.</param>
/// <param name="UnpricedModels">Models with tokens that no card priced, ordinal.</param>
/// <param name="WeightSets">The sets of work weights behind the costs, ordinal.</param>
public sealed record UnitCostSummary(
    IReadOnlyList<(CellKey Key, UnitCostCell Cell)> Rows,
    UnitCostCell Total,
    Currency? Currency,
    IReadOnlyList<string> UnpricedModels,
    IReadOnlyList<string> WeightSets);
