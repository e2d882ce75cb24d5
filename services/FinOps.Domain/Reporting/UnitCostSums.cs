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
    private readonly Dictionary<UsageSeries, MeterRates> rates = new(ReferenceEqualityComparer.Instance);
    private readonly GraduatedCharges graduated = new();
    private readonly HashSet<RateCard> cards = [];
    private Currency? currency;
    private long recordsNotYetCharged;

    /// <summary>Rows so far, for the caller to bound.</summary>
    public int CellCount => cells.Count;

    /// <summary>Adds the usage of one fleet, or of none, in one hour, each hour at most once.</summary>
    /// <param name="fleet">Null where the records named none.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <param name="usage">
    /// Where costs are asked for, or charge: all usage of the fleet in the whole hour, shown or not, since it shares the hour's cost.
    /// </param>
    public void Add(FleetId? fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        var kind = KindOf(fleet);
        var shares = kind == RowKind.Usage && (question.ShowsCost || IsChargedByCost(usage)) ? SharesOf(fleet!.Value, hour, usage) : null;
        if (question.ShowsCost && shares is not null) Count(shares.Currency, $"the cost of fleet {fleet}");
        for (var i = 0; i < usage.Count; i++)
        {
            if (!IsShown(usage[i])) continue;
            var cell = Cell(kind, usage[i].Series, usage[i].Slot);
            cell.AddUsage(usage[i]);
            AddCharge(cell, usage[i], shares is null ? null : new Money(shares.Of[i], shares.Currency));
            if (question.ShowsCost) cell.AddCost(shares?.Of[i], usage[i], TargetOf(usage[i]));
        }
    }

    /// <summary>Adds the charges that depend on the units of the month; all else of this usage comes by <see cref="Add"/>.</summary>
    /// <param name="usage">Of the series that <see cref="GraduatedCharges.Sharing"/> names, from the start of the window's month, in its order.</param>
    public void AddInOrder(UsageSlot usage)
    {
        var card = RatesOf(usage.Series).At(usage.Slot);
        if (graduated.Of(card, usage) is not { } charge || !IsShown(usage)) return;
        recordsNotYetCharged -= usage.Records;
        Charged(Cell(KindOf(usage.Series.Fleet), usage.Series, usage.Slot), usage, card, charge);
    }

    /// <summary>Adds the hours without work, and what serves several fleets, and checks that the books balance.</summary>
    /// <param name="requireBalance">False only for who compares the two sides by itself and tells; charges are then none of its business.</param>
    public UnitCostSummary Finish(bool requireBalance = true)
    {
        Invariant.Require(recordsNotYetCharged == 0 || !requireBalance, "usage with graduated rates is charged once, in the order of time");
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
            Ordered(), total, currency, [.. unpricedModels.Order(StringComparer.Ordinal)], [.. weightSets.Order(StringComparer.Ordinal)],
            [.. cards.OrderBy(c => c.Model.Value, StringComparer.Ordinal).ThenBy(c => c.Version)]);
    }

    /// <returns>A share per usage; null where the hour's cost is not known.</returns>
    private HourShares? SharesOf(FleetId fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        if (!HasBegun(hour) || books.Fleets.OfHour(fleet, hour) is not { } cost) return null;
        var set = weights.At(new QuarterHour(hour * FleetHours.Quarters)) ?? throw NoWeights(hour);
        weightSets.Add(set.Name);
        if (FleetHourShares.Of(cost.Cost.Amount, usage, set) is not { } shares)
            return new HourShares(cost.Cost.Currency, new decimal[usage.Count]);

        Invariant.Require(shares.Sum() == cost.Cost.Amount, "the shares of a fleet-hour sum to its cost");
        worked.Add((fleet, hour));
        return new HourShares(cost.Cost.Currency, shares);
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

    /// <param name="cell">Where.</param>
    /// <param name="usage">What.</param>
    /// <param name="cost">Its part of the hour's cost; null where that is not known, or not needed.</param>
    private void AddCharge(UnitCostCell cell, UsageSlot usage, Money? cost)
    {
        var card = RatesOf(usage.Series).At(usage.Slot);
        if (card is { IsGraduated: true }) recordsNotYetCharged += usage.Records;
        else Charged(cell, usage, card, card is null ? null : card.IsMarkup ? ByCost(card, cost) : card.ChargeFor(usage.Quantities, usage.Series.RateClass));
    }

    /// <returns>Null where the cost is not known in the card's currency: what is not costed yet is unpriced.</returns>
    private Charge? ByCost(RateCard card, Money? cost)
    {
        if (cost is not { } known) return null;
        if (known.Currency == card.Currency) return new Charge(card.ChargeForCost(known.Amount), 0, 0);
        return question.ChargeCurrency is null
            ? throw CurrencyMix.Rejected(known.Currency, card.Currency, $"the rate card of {card.Model}")
            : null;
    }

    private void Charged(UnitCostCell cell, UsageSlot usage, RateCard? card, Charge? charge)
    {
        if (card is null || charge is not { } known || !IsWanted(card))
        {
            Unpriced(usage.Quantities.Total);
            return;
        }

        cards.Add(card);
        // A cell whose tokens all lack a rate has no charge; one without tokens is charged nothing.
        if (known.UnpricedTokens == 0 || known.UnpricedTokens < usage.Quantities.Total || known.Amount > 0)
            cell.AddCharge(known.Amount, known.InheritedTokens, card.Terms.Rounding);
        Unpriced(known.UnpricedTokens);

        void Unpriced(long tokens)
        {
            if (tokens == 0) return;
            cell.AddUnpriced(tokens);
            unpricedModels.Add(usage.Series.Model.Value);
        }
    }

    private bool IsWanted(RateCard card)
    {
        if (question.ChargeCurrency is { } wanted) return card.Currency == wanted;
        if (card.Currency != currency) Count(card.Currency, $"the rate card of {card.Model}");
        return true;
    }

    private bool IsShown(UsageSlot usage) => question.Window.Holds(usage.Slot) && question.Shows(usage.Series);

    private bool IsChargedByCost(IReadOnlyList<UsageSlot> usage) =>
        books.Rates.HasMarkup && usage.Any(u => IsShown(u) && RatesOf(u.Series).At(u.Slot) is { IsMarkup: true });

    private MeterRates RatesOf(UsageSeries series)
    {
        if (!rates.TryGetValue(series, out var known)) rates[series] = known = books.Rates.Of(series.Tenant, series.Model);
        return known;
    }

    private RowKind KindOf(FleetId? fleet) =>
        fleet is { } known && books.Fleets.IsRegistered(known) ? RowKind.Usage : RowKind.Unattributed;

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

    /// <summary>A share per usage, in the currency of the fleet's cost.</summary>
    private sealed record HourShares(Currency Currency, decimal[] Of);
}

/// <param name="Rows">By their keys.</param>
/// <param name="Total">Their sum.</param>
/// <param name="Currency">Of every amount; null where nothing has one.</param>
/// <param name="UnpricedModels">Models with tokens that no card priced, ordinal.</param>
/// <param name="WeightSets">The sets of work weights behind the costs, ordinal.</param>
/// <param name="RateCards">The cards behind the charges, by model and version.</param>
public sealed record UnitCostSummary(
    IReadOnlyList<(CellKey Key, UnitCostCell Cell)> Rows,
    UnitCostCell Total,
    Currency? Currency,
    IReadOnlyList<string> UnpricedModels,
    IReadOnlyList<string> WeightSets,
    IReadOnlyList<RateCard> RateCards);
