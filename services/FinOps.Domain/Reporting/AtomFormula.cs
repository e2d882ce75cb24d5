using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>
/// How the figures of one atom, a tenant's and model's work on a fleet in one hour, come about: the numbers that <see cref="UnitCostSums"/> works
/// with, laid open. All figures are sums of such atoms.
/// </summary>
/// <param name="HourCost">Of the fleet's hour, by time; null where it is not known.</param>
/// <param name="WeightSet">What tokens weigh, by name.</param>
/// <param name="Work">The atom's, by token class.</param>
/// <param name="FleetWork">Work units of the whole fleet in the hour.</param>
/// <param name="TimeShare">What the work carries of the hour's cost; null where that is not known.</param>
/// <param name="TokenCost">What its tokens cost by lines that price them; null where none does.</param>
/// <param name="Charge">By card, rate class and token class.</param>
/// <param name="ChargeIs">How the charge comes about.</param>
public sealed record AtomFormula(
    FleetHourCost? HourCost, string WeightSet, IReadOnlyList<ClassWork> Work, decimal FleetWork, decimal? TimeShare, Money? TokenCost,
    IReadOnlyList<ClassCharge> Charge, ChargeKind ChargeIs)
{
    public decimal OwnWork => Work.Sum(w => w.WorkUnits);

    /// <param name="books">As unitCost has them.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="model">Of which.</param>
    /// <param name="fleet">Where.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <param name="usage">All of the fleet in the hour.</param>
    public static AtomFormula Of(Books books, TenantId tenant, ModelId model, FleetId fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        var own = Enumerable.Range(0, usage.Count).Where(i => usage[i].Series.Tenant == tenant && usage[i].Series.Model == model).ToList();
        var set = books.Weights.At(fleet, new QuarterHour(hour * FleetHours.Quarters));
        var quantities = own.Aggregate(Quantities.Zero, (sum, i) => sum + usage[i].Quantities);
        var cost = books.Fleets.OfHour(fleet, hour);
        var shares = cost is null ? null : FleetHourShares.Of(cost.Cost.Amount, usage, set) ?? new decimal[usage.Count];
        var tokens = FleetHourTokens.Of(books.Fleets, fleet, usage);
        var (charge, kind) = ChargeOf(books.Rates.Of(tenant, model), [.. own.Select(i => usage[i])]);
        return new AtomFormula(
            cost, set.Name,
            [.. UnitClass.All.Where(c => quantities[c] > 0 && (c.Side != UnitSide.Other || set.Units[c.Ordinal] > 0)).Select(c => new ClassWork(c, quantities[c], set.Units[c.Ordinal]))],
            usage.Sum(u => set.Of(u.Quantities)), shares is null ? null : own.Sum(i => shares[i]),
            tokens is null ? null : new Money(tokens.Shares.Where(s => own.Contains(s.Use)).Sum(s => s.Cost), tokens.Cost.Currency), charge, kind);
    }

    private static (IReadOnlyList<ClassCharge> Lines, ChargeKind Kind) ChargeOf(MeterRates rates, List<UsageSlot> own)
    {
        var cards = own.Select(u => rates.At(u.Slot)).ToList();
        if (cards.TrueForAll(c => c is null)) return ([], ChargeKind.Unpriced);
        if (cards.Exists(c => c is { IsMarkup: true })) return ([], ChargeKind.MarkupOnCost);
        if (cards.Exists(c => c is { IsGraduated: true })) return ([], ChargeKind.ByUnitsOfTheMonth);
        var lines = own.Zip(cards).Where(x => x.Second is not null)
            .SelectMany(x => UnitClass.All.Where(c => x.First.Quantities[c] > 0).Select(c => (Card: x.Second!, x.First.Series.RateClass, Class: c, Units: x.First.Quantities[c])))
            .GroupBy(x => (x.Card, x.RateClass, x.Class))
            .Select(g => new ClassCharge(g.Key.Card, g.Key.RateClass, g.Key.Class, g.Sum(x => x.Units), g.Key.Card.PriceOf(g.Key.Class, g.Key.RateClass)))
            .Where(l => l.Price is not Price.NotCharged);
        return ([.. lines.OrderBy(l => l.Card.From).ThenBy(l => l.RateClass.Text, StringComparer.Ordinal).ThenBy(l => l.Class.Ordinal)], ChargeKind.RatesTimesQuantities);
    }
}

/// <summary>How a charge comes about.</summary>
public enum ChargeKind
{
    /// <summary>Rates × quantities.</summary>
    RatesTimesQuantities,

    /// <summary>The usage's share of cost, and so much more.</summary>
    MarkupOnCost,

    /// <summary>Each unit by its place in the tenant's month.</summary>
    ByUnitsOfTheMonth,

    /// <summary>No card applies.</summary>
    Unpriced,
}

/// <summary>Units of one class and what each weighs.</summary>
public sealed record ClassWork(UnitClass Class, long Units, decimal Weight)
{
    public decimal WorkUnits => Units * Weight;
}

/// <summary>Units of one class and what a card asks for each.</summary>
public sealed record ClassCharge(RateCard Card, RateClass RateClass, UnitClass Class, long Units, Price Price)
{
    /// <summary>Null where the class has no price.</summary>
    public decimal? Amount => Price is Price.Priced priced ? priced.Rate.PerUnit * Units : null;
}
