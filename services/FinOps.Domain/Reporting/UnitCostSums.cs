using FinOps.Domain.Currencies;
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
    private readonly Conversion conversion = new(question.Currency, books.Exchange);
    private readonly Dictionary<UsageSeries, MeterRates> rates = new(ReferenceEqualityComparer.Instance);
    private readonly GraduatedCharges graduated = new();
    private readonly FleetHourGaps gapsOf = new(books.Targets, books.Fleets, reported ?? FleetActivity.None);
    private readonly VarianceEvidence? evidence = question.Explains ? new() : null;
    private readonly HashSet<(FleetId, int)> statesSeen = [];
    private long recordsNotYetCharged;
    private decimal tokenCost;

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
        var gaps = shares is null ? null : GapsOf(fleet!.Value, hour, usage, shares);
        for (var i = 0; i < usage.Count; i++)
        {
            if (!IsShown(usage[i])) continue;
            var cell = Cell(kind, usage[i].Series, usage[i].Slot);
            cell.AddUsage(usage[i]);
            AddCharge(cell, usage[i], shares?.Allocated[i] is { } share ? new Money(share, shares.Currency) : null);
            if (!question.ShowsCost) continue;
            var target = TargetOf(usage[i], gaps, i);
            cell.AddCost(shares?.Of[i], usage[i], target);
            if (target?.Effects is { } effects) Explain(usage[i], gaps!, i, effects);
            if (question.ByClass && shares?.Of[i] is { } whole) cell.AddByClass(ClassShares.Of(whole, usage[i].Quantities, WeightsOf(fleet!.Value, hour)));
            if (shares?.Of[i] is { } carried && worked.GetValueOrDefault((fleet!.Value, hour)).Source is { } source) cell.AddCapacity(source, carried);
        }
    }

    /// <summary>Adds the charges that depend on the units of the month; all else of this usage comes by <see cref="Add"/>.</summary>
    /// <param name="usage">Of the series that <see cref="GraduatedCharges.Sharing"/> names, from the start of the window's month, in its order.</param>
    public void AddInOrder(UsageSlot usage)
    {
        var card = RatesOf(usage.Series).At(usage.Slot);
        if (graduated.Of(card, usage) is not { } charge || !IsShown(usage)) return;
        recordsNotYetCharged -= usage.Records;
        Charged(Cell(KindOf(usage.Series.Fleet), usage.Series, usage.Slot), usage, card, card is null ? null : new Owed(charge, card.Currency));
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
            Invariant.Require((total.Cost ?? 0) == fleetCost + tokenCost, "the rows sum to the cost of the fleets");
        return new UnitCostSummary(
            Ordered(), total, conversion.Currency, conversion.Used, [.. unpricedModels.Order(StringComparer.Ordinal)], [.. weightSets.Order(StringComparer.Ordinal)],
            total.Cards)
        {
            Evidence = evidence,
        };
    }

    /// <returns>A share per usage, null where its cost is not known; null where the hour's is not.</returns>
    private HourShares? SharesOf(FleetId fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        if (!HasBegun(hour)) return null;
        var own = books.Fleets.OfHour(fleet, hour);
        var cost = own is null ? null : Converted(own, fleet, hour);
        var tokens = FleetHourTokens.Of(books.Fleets, fleet, usage);
        if (cost is null && tokens is null) return null;
        var shares = cost is null ? new decimal?[usage.Count] : TimeShares(fleet, hour, own!, cost, usage);
        var allocated = question.Basis != CostBasis.Allocation && IsChargedByCost(usage) && cost is not null ? Allocated(fleet, hour, cost, usage) : shares;
        if (tokens is null) return new HourShares(cost!.Cost.Currency, shares, allocated, cost, null);
        var sold = Sold(fleet, tokens, usage);
        if (cost is not null && sold[0].Currency != cost.Cost.Currency) throw CurrencyMix.Rejected(cost.Cost.Currency, sold[0].Currency, $"the cost of fleet {fleet}");
        AddTokens(shares, cost, tokens, sold);
        if (!ReferenceEquals(allocated, shares)) AddTokens(allocated, cost, tokens, sold);
        tokenCost += sold.Where((_, i) => question.Window.Holds(usage[i].Slot)).Sum(m => m.Amount);
        Invariant.Require(
            shares.Sum() == worked.GetValueOrDefault((fleet, hour)).Amount + sold.Sum(m => m.Amount), "the shares of a fleet-hour sum to its cost");
        return new HourShares(sold[0].Currency, shares, allocated, cost, sold);
    }

    /// <returns>What each usage's tokens cost by lines that price them.</returns>
    private Money[] Sold(FleetId fleet, HourTokenCost tokens, IReadOnlyList<UsageSlot> usage)
    {
        var sold = new decimal[usage.Count];
        var currency = Converted(new Money(0, tokens.Cost.Currency), fleet, usage[0].Slot).Currency;
        foreach (var share in tokens.Shares) sold[share.Use] += Converted(new Money(share.Cost, tokens.Cost.Currency), fleet, usage[share.Use].Slot).Amount;
        return Array.ConvertAll(sold, amount => new Money(amount, currency));
    }

    private static void AddTokens(decimal?[] shares, FleetHourCost? cost, HourTokenCost tokens, Money[] sold)
    {
        for (var i = 0; i < shares.Length; i++)
        {
            // Where tokens are priced, those without a price are not free: nobody said what they cost, unless time costs as well.
            if (tokens.IsPriced[i]) shares[i] = (shares[i] ?? 0) + sold[i].Amount;
            else if (cost is not { Cost.Amount: > 0 }) shares[i] = null;
        }
    }

    private decimal?[] Allocated(FleetId fleet, int hour, FleetHourCost cost, IReadOnlyList<UsageSlot> usage)
    {
        var set = WeightsOf(fleet, hour);
        return [.. (FleetHourShares.Of(cost.Cost.Amount, usage, set) ?? new decimal[usage.Count]).Select(s => (decimal?)s)];
    }

    private decimal?[] TimeShares(FleetId fleet, int hour, FleetHourCost own, FleetHourCost cost, IReadOnlyList<UsageSlot> usage)
    {
        var set = WeightsOf(fleet, hour);
        weightSets.Add(set.Name);
        var carried = CarriedOf(fleet, hour, own, cost, usage, set);
        if (FleetHourShares.Of(carried.Amount, usage, set) is not { } shares) return [.. usage.Select(_ => (decimal?)0)];
        Invariant.Require(shares.Sum() == carried.Amount, "the shares of a fleet-hour sum to what its work carries");
        worked.Add((fleet, hour), carried);
        return [.. shares.Select(s => (decimal?)s)];
    }

    /// <summary>Under USAGE the part of the hour's capacity that its work used, else all of it.</summary>
    private Carried CarriedOf(
        FleetId fleet, int hour, FleetHourCost own, FleetHourCost cost, IReadOnlyList<UsageSlot> usage, WorkWeights set)
    {
        if (question.Basis == CostBasis.Allocation || usage.Sum(u => set.Of(u.Quantities)) is not (> 0 and var work)) return new(cost.Cost.Amount, null);
        var capacity = HourCapacity.Of(fleet, hour, own, usage, set, books.Targets, books.Fleets, activity, question.Now);
        return new(CarriedCost.Of(cost.Cost.Amount, work, capacity), capacity.Source);
    }

    /// <returns>The cost of all the fleet's hours, idle or not.</returns>
    private decimal AddIdleHours(FleetId fleet)
    {
        var all = 0m;
        var kind = books.Fleets.IsShared(fleet) ? RowKind.Shared : RowKind.Idle;
        foreach (var (hour, own) in FleetHours.Within(books.Fleets, fleet, question.Window, question.Now))
        {
            if (own.Cost.Amount == 0) continue;
            var cost = Converted(own, fleet, hour);
            all += cost.Cost.Amount;
            var hadWork = worked.TryGetValue((fleet, hour), out var carried);
            var rest = cost.Cost.Amount - carried.Amount;
            if (rest == 0) continue;
            var parts = LargestRemainder.Split(rest, cost.QuarterCosts);
            var why = new IdleHour(fleet, hour, cost, activity.PresenceOf(fleet), hadWork, books.Fleets, question.Now);
            for (var i = 0; i < parts.Length; i++)
            {
                var slot = new QuarterHour(hour * FleetHours.Quarters + i);
                if (parts[i] == 0 || !question.Window.Holds(slot)) continue;
                var cell = Cell(question.KeyOf(kind, fleet, slot));
                var counts = books.Targets.HasAny(fleet, slot);
                cell.AddIdle(parts[i], counts, question.Basis == CostBasis.Allocation, kind == RowKind.Idle ? why.ByCause(i, parts[i]) : []);
                if (counts) ExplainIdle(fleet, slot, cost, parts[i]);
                if (carried.Source is { } source) cell.AddCapacity(source, parts[i]);
            }
        }

        return all;
    }

    private void Explain(UsageSlot usage, HourGaps gaps, int place, decimal[] effects)
    {
        var fleet = usage.Series.Fleet!.Value;
        evidence?.Add(usage, gaps, place, books.Targets.At(fleet, usage.Series.Model, usage.Slot)!, effects);
        ExplainStates(fleet, usage.Slot.Hour);
    }

    private void ExplainIdle(FleetId fleet, QuarterHour slot, FleetHourCost cost, decimal amount)
    {
        if (evidence is null) return;
        var there = HourLoad.ThereIn(fleet, slot.Hour, cost, books.Targets, books.Fleets, activity.PresenceOf(fleet));
        evidence.AddIdle(fleet, there?[slot.Index - slot.Hour * FleetHours.Quarters] ?? 0, amount);
        ExplainStates(fleet, slot.Hour);
    }

    /// <summary>What accelerators were at is told only to whoever may see what is idle.</summary>
    private void ExplainStates(FleetId fleet, int hour)
    {
        if (evidence is null || !question.ShowsIdle || !statesSeen.Add((fleet, hour)) || activity.PresenceOf(fleet) is not { } presence) return;
        for (var i = 0; i < FleetHours.Quarters; i++)
        {
            var slot = new QuarterHour(hour * FleetHours.Quarters + i);
            if (question.Window.Holds(slot) && presence.At(slot) is { } told) evidence.AddStates(fleet, told);
        }
    }

    /// <param name="cell">Where.</param>
    /// <param name="usage">What.</param>
    /// <param name="cost">Its part of the hour's cost; null where that is not known, or not needed.</param>
    private void AddCharge(UnitCostCell cell, UsageSlot usage, Money? cost)
    {
        var card = RatesOf(usage.Series).At(usage.Slot);
        if (card is { IsGraduated: true }) recordsNotYetCharged += usage.Records;
        else Charged(cell, usage, card, card is null ? null : card.IsMarkup ? ByCost(card, cost) : ByRates(card, usage));
    }

    private static Owed ByRates(RateCard card, UsageSlot usage) => new(card.ChargeFor(usage.Quantities, usage.Series.RateClass), card.Currency);

    /// <returns>Null where the cost is not known in the card's currency: what is not costed yet is unpriced.</returns>
    private Owed? ByCost(RateCard card, Money? cost)
    {
        if (cost is not { } known) return null;
        // A report in a currency that was asked for has its costs converted already, and the markup with them.
        if (known.Currency == card.Currency || question.Currency is not null) return new Owed(new Charge(card.ChargeForCost(known.Amount), 0, 0), known.Currency);
        return question.ChargeCurrency is null
            ? throw CurrencyMix.Rejected(known.Currency, card.Currency, $"the rate card of {card.Model}")
            : null;
    }

    private void Charged(UnitCostCell cell, UsageSlot usage, RateCard? card, Owed? charge)
    {
        if (card is null || charge is not { } known || !IsWanted(card))
        {
            Unpriced(usage.Quantities.Total);
            return;
        }

        // A cell whose tokens all lack a rate has no charge; one without tokens is charged nothing.
        if (known.Of.UnpricedTokens == 0 || known.Of.UnpricedTokens < usage.Quantities.Total || known.Of.Amount > 0)
        {
            var amount = conversion.Of(new Money(known.Of.Amount, known.Currency), usage.Slot, "the rate card of", card.Model.Value);
            cell.AddCharge(amount, known.Of.InheritedTokens, card);
        }

        Unpriced(known.Of.UnpricedTokens);

        void Unpriced(long tokens)
        {
            if (tokens == 0) return;
            cell.AddUnpriced(tokens);
            unpricedModels.Add(usage.Series.Model.Value);
        }
    }

    private bool IsWanted(RateCard card) => question.ChargeCurrency is not { } wanted || card.Currency == wanted;

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

    private UsageTarget? TargetOf(UsageSlot usage, HourGaps? gaps, int place)
    {
        if (usage.Series.Fleet is not { } fleet || books.Targets.At(fleet, usage.Series.Model, usage.Slot) is not { } target) return null;
        return new UsageTarget(
            usage.Quantities.Total * InReport(target.CostPerMillionTokens, usage),
            // Rounded here, as effects are: what is summed does not depend on the order.
            gaps?.Uses[place]?.Asked is { } asked ? decimal.Round(asked.Asked - asked.Design, Money.AllocationDecimals, MidpointRounding.ToEven) : 0,
            gaps?.Effects(place));
    }

    /// <returns>By allocation why cost differs from targets; null where it has none.</returns>
    private HourGaps? GapsOf(FleetId fleet, int hour, IReadOnlyList<UsageSlot> usage, HourShares shares)
    {
        var last = new QuarterHour(hour * FleetHours.Quarters + FleetHours.Quarters - 1);
        if (!question.ShowsCost || question.Basis != CostBasis.Allocation || !books.Targets.HasAny(fleet, last)) return null;
        return gapsOf.Of(fleet, hour, usage, new CarriedHour(shares.Cost, shares.Of, shares.Sold), WeightsOf(fleet, hour), IsShown, InReport);
    }

    private decimal InReport(Money ofTarget, UsageSlot usage) => conversion.Of(ofTarget, usage.Slot, "the target of", usage.Series.Model.Value);

    private UnitCostCell Cell(RowKind kind, UsageSeries series, QuarterHour slot) => Cell(question.KeyOf(kind, series, slot));

    private UnitCostCell Cell(CellKey key)
    {
        if (!cells.TryGetValue(key, out var cell)) cells[key] = cell = new UnitCostCell();
        return cell;
    }

    private IReadOnlyList<(CellKey, UnitCostCell)> Ordered() =>
        [.. cells.Select(c => (c.Key, c.Value)).OrderBy(c => c.Key, new CellOrder(question.GroupBy))];

    private WorkWeights WeightsOf(FleetId fleet, int hour) => books.Weights.At(fleet, new QuarterHour(hour * FleetHours.Quarters));

    private bool HasBegun(int hour) => new QuarterHour(hour * FleetHours.Quarters).Start <= question.Now;

    /// <summary>The one conversion of cost, of the whole hour; everything below it is split exactly. A cost that is not shown says no currency.</summary>
    private FleetHourCost Converted(FleetHourCost cost, FleetId fleet, int hour)
    {
        var amount = Converted(cost.Cost, fleet, new QuarterHour(hour * FleetHours.Quarters));
        return amount == cost.Cost ? cost : cost with { Cost = amount };
    }

    private Money Converted(Money cost, FleetId fleet, QuarterHour slot) => !question.ShowsCost && question.Currency is null
        ? cost
        : new Money(conversion.Of(cost, slot, "the cost of fleet", fleet.Value), conversion.Currency!.Value);

    /// <summary>A charge and its currency, before it is brought into the report's.</summary>
    private sealed record Owed(Charge Of, Currency Currency);

    /// <summary>A share per usage, in the currency of the fleet's cost.</summary>
    /// <param name="Currency">Of the shares.</param>
    /// <param name="Of">By the basis that is asked for.</param>
    /// <param name="Allocated">By allocation: a charge that follows cost is the same in every report.</param>
    /// <param name="Cost">Of the hour's time; null where only tokens cost.</param>
    /// <param name="Sold">What the tokens cost by lines that price them, per usage; null where none does.</param>
    private sealed record HourShares(Currency Currency, decimal?[] Of, decimal?[] Allocated, FleetHourCost? Cost, Money[]? Sold);

    /// <param name="Amount">What the hour's work carries.</param>
    /// <param name="Source">What its capacity is known from; null under ALLOCATION, which needs none.</param>
    private readonly record struct Carried(decimal Amount, CapacitySource? Source);
}

/// <param name="Rows">By their keys.</param>
/// <param name="Total">Their sum.</param>
/// <param name="Currency">Of every amount; null where nothing has one.</param>
/// <param name="ExchangeRates">What amounts were converted with.</param>
/// <param name="UnpricedModels">Models with tokens that no card priced, ordinal.</param>
/// <param name="WeightSets">The sets of work weights behind the costs, ordinal.</param>
/// <param name="RateCards">The cards behind the charges, by model and version.</param>
public sealed record UnitCostSummary(
    IReadOnlyList<(CellKey Key, UnitCostCell Cell)> Rows,
    UnitCostCell Total,
    Currency? Currency,
    IReadOnlyList<ExchangeRate> ExchangeRates,
    IReadOnlyList<string> UnpricedModels,
    IReadOnlyList<string> WeightSets,
    IReadOnlyList<CardUsed> RateCards)
{
    /// <summary>What stands behind the variance; null where it was not asked for.</summary>
    public VarianceEvidence? Evidence { get; init; }
}
