using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>
/// Sums up a unit cost report, one fleet-hour after the other, in any order. Every cell adds the same atoms, (meter, fleet, hour) down to
/// the quarter-hour, so figures do not depend on the grouping.
/// </summary>
/// <param name="question">What is asked for.</param>
/// <param name="books">Rates, fleet costs and targets.</param>
/// <param name="weights">What tokens weigh, by date.</param>
public sealed class UnitCostSums(UnitCostQuestion question, Books books, Timeline<WorkWeights> weights)
{
    private readonly Dictionary<CellKey, UnitCostCell> cells = [];
    private readonly HashSet<string> unpricedModels = new(StringComparer.Ordinal);
    private readonly HashSet<string> weightSets = new(StringComparer.Ordinal);
    private readonly HashSet<(FleetId Fleet, int Hour)> worked = [];
    private decimal tokenCost;
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
            Invariant.Require((total.Cost ?? 0) == fleetCost + tokenCost, "the rows sum to the cost of the fleets");
        return new UnitCostSummary(
            Ordered(), total, currency, [.. unpricedModels.Order(StringComparer.Ordinal)], [.. weightSets.Order(StringComparer.Ordinal)]);
    }

    /// <returns>A share per usage, null where its cost is not known; null where the hour's is not.</returns>
    private decimal?[]? SharesOf(FleetId fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        if (!HasBegun(hour)) return null;
        var cost = books.Fleets.OfHour(fleet, hour);
        var tokens = FleetHourTokens.Of(books.Fleets, fleet, usage);
        var shares = cost is null ? new decimal?[usage.Count] : TimeShares(fleet, hour, cost, usage);
        if (tokens is null) return cost is null ? null : shares;
        Count(tokens.Cost.Currency, $"the cost of fleet {fleet}");
        for (var i = 0; i < shares.Length; i++)
        {
            // Where tokens are priced, those without a price are not free: nobody said what they cost, unless time costs as well.
            if (tokens.IsPriced[i]) shares[i] ??= 0;
            else if (cost is not { Cost.Amount: > 0 }) shares[i] = null;
        }

        foreach (var share in tokens.Shares)
        {
            shares[share.Use] += share.Cost;
            if (question.Window.Holds(usage[share.Use].Slot)) tokenCost += share.Cost;
        }

        Invariant.Require(shares.Sum() == (cost is null || !worked.Contains((fleet, hour)) ? 0 : cost.Cost.Amount) + tokens.Cost.Amount, "the shares of a fleet-hour sum to its cost");
        return shares;
    }

    private decimal?[] TimeShares(FleetId fleet, int hour, FleetHourCost cost, IReadOnlyList<UsageSlot> usage)
    {
        Count(cost.Cost.Currency, $"the cost of fleet {fleet}");
        var set = weights.At(new QuarterHour(hour * FleetHours.Quarters)) ?? throw NoWeights(hour);
        weightSets.Add(set.Name);
        if (FleetHourShares.Of(cost.Cost.Amount, usage, set) is not { } shares) return [.. usage.Select(_ => (decimal?)0)];
        Invariant.Require(shares.Sum() == cost.Cost.Amount, "the shares of a fleet-hour sum to its cost");
        worked.Add((fleet, hour));
        return [.. shares.Select(s => (decimal?)s)];
    }

    /// <returns>The cost of all the fleet's hours, idle or not.</returns>
    private decimal AddIdleHours(FleetId fleet)
    {
        var all = 0m;
        foreach (var (hour, cost) in FleetHours.Within(books.Fleets, fleet, question.Window, question.Now))
        {
            all += cost.Cost.Amount;
            if (worked.Contains((fleet, hour)) || cost.Cost.Amount == 0) continue;
            Count(cost.Cost.Currency, $"the cost of fleet {fleet}");
            var parts = cost.ByQuarter();
            for (var i = 0; i < parts.Length; i++)
            {
                var slot = new QuarterHour(hour * FleetHours.Quarters + i);
                if (parts[i] == 0 || !question.Window.Holds(slot)) continue;
                var kind = books.Fleets.IsShared(fleet) ? RowKind.Shared : RowKind.Idle;
                Cell(question.KeyOf(kind, null, null, fleet, slot)).AddIdle(parts[i], books.Targets.HasAny(fleet, slot));
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

    private static InvalidOperationException NoWeights(int hour) => new($"No work weights hold in hour {hour}.");
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
