using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>The sums behind one row. Everything in it adds up; quotients are taken once, when a figure is read.</summary>
public sealed class UnitCostCell
{
    /// <summary>Decimals of a figure per million tokens and of a share.</summary>
    public const int FigureDecimals = 12;

    private const decimal Million = 1_000_000m;

    private readonly long[] quantities = new long[UnitClass.All.Count];
    private decimal cost;
    private bool costKnown;
    private long costedTokens;
    private decimal charge;
    private bool charged;
    private Rounding? rounding;
    private bool roundsInManyWays;
    private CardUsed? card; // most cells have one: there are a million of them
    private HashSet<CardUsed>? moreCards;
    // What few cells have is an object of its own: of a million cells each byte counts, and each object that must be fetched.
    private AmountsBy<IdleCause>? idleCosts;
    private AmountsBy<CapacitySource>? capacityCosts;
    private decimal[]? classCosts; // by ordinal, where they were asked for
    private TargetSums? targets;

    public long Records { get; private set; }

    public long IncompleteRecords { get; private set; }

    public long FailedRecords { get; private set; }

    /// <summary>Records whose cost is not known: no fleet, or no cost line in their hour.</summary>
    public long UncostedRecords { get; private set; }

    public long UnpricedTokens { get; private set; }

    public long InheritedTokens { get; private set; }

    /// <summary>Tokens of usage that has a target.</summary>
    public long TargetedTokens => targets?.Tokens ?? 0;

    /// <summary>What the tokens that have a target should have cost: exact, never rounded. Null where none has one.</summary>
    public decimal? TargetCost => TargetedTokens > 0 ? targets!.Design : null;

    /// <summary>What stands behind targets and variance; null where no usage has a target and no idle cost counts against one.</summary>
    public TargetSums? Targets => targets;

    /// <summary>Idle cost by its causes.</summary>
    public AmountsBy<IdleCause> IdleCosts => idleCosts ?? AmountsBy<IdleCause>.None;

    /// <summary>Under <see cref="CostBasis.Usage"/>: the cost of hours with work, by what their capacity is known from.</summary>
    public AmountsBy<CapacitySource> CapacityCosts => capacityCosts ?? AmountsBy<CapacitySource>.None;

    /// <summary>The cards behind the charge, by model and version.</summary>
    public IReadOnlyList<CardUsed> Cards => moreCards is { } several
        ? [.. several.OrderBy(c => c.Model.Value, StringComparer.Ordinal).ThenBy(c => c.Version)]
        : card is { } only ? [only] : [];

    public Quantities Quantities => Quantities.Of(quantities);

    /// <summary>Null where no cost is known.</summary>
    public decimal? Cost => costKnown ? cost : null;

    /// <summary>Null where no rate card applied.</summary>
    public decimal? Charge => charged ? charge : null;

    /// <summary>The exact charge, rounded once as its cards declare; null where they declare nothing, or not the same.</summary>
    public decimal? ChargeRounded => charged && !roundsInManyWays ? rounding?.Of(charge) : null;

    /// <summary>Over the tokens whose cost is known: others would pass for free.</summary>
    public decimal? CostPerMillionTokens => costKnown && costedTokens > 0 ? Figure(cost * Million / costedTokens) : null;

    /// <summary>What the tokens of a class carry; those of all classes sum to the cost. Null where it was not asked for, or no cost is known.</summary>
    public decimal? CostOf(UnitClass unitClass) => classCosts?[unitClass.Ordinal];

    /// <summary>Weighted by tokens, over usage that has a target; of modelled targets at their design point.</summary>
    public decimal? TargetPerMillionTokens => TargetedTokens > 0 ? Figure(targets!.DesignMillionths / TargetedTokens) : null;

    /// <summary>Likewise, of modelled targets for what was really asked.</summary>
    public decimal? AskedTargetPerMillionTokens => TargetedTokens > 0 ? Figure(targets!.Asked * Million / TargetedTokens) : null;

    /// <summary>Actual less target over the usage that has both; in a total, idle cost of fleets with a target counts as actual.</summary>
    public decimal? VariancePerMillionTokens =>
        targets is { ComparedTokens: > 0 } held ? Figure((held.ComparedCost * Million - held.ComparedMillionths) / held.ComparedTokens) : null;

    /// <summary>The share of the tokens that has a target; null where there are no tokens.</summary>
    public decimal? TargetedShare => Quantities.Total is > 0 and var total ? Figure((decimal)TargetedTokens / total) : null;

    internal void AddUsage(UsageSlot usage)
    {
        Records += usage.Records;
        IncompleteRecords += usage.Incomplete;
        FailedRecords += usage.Failed;
        var values = usage.Quantities.AsSpan();
        for (var i = 0; i < values.Length; i++) quantities[i] += values[i];
    }

    internal void AddCharge(decimal amount, long inheritedTokens, RateCard by)
    {
        Add(by.Used);
        var declared = by.Terms.Rounding;
        roundsInManyWays |= charged && declared != rounding;
        rounding = declared;
        charge += amount;
        charged = true;
        InheritedTokens += inheritedTokens;
    }

    private void Add(CardUsed used)
    {
        if (ReferenceEquals(card, used)) return;
        if (card is null) card = used;
        else if (card != used) (moreCards ??= [card]).Add(used);
    }

    internal void AddByClass(decimal[] shares)
    {
        classCosts ??= new decimal[shares.Length];
        for (var i = 0; i < shares.Length; i++) classCosts[i] += shares[i];
    }

    internal void AddCapacity(CapacitySource source, decimal amount) => (capacityCosts ??= new()).Add(source, amount);

    internal void AddUnpriced(long tokens) => UnpricedTokens += tokens;

    /// <param name="share">What the usage carries; null where its cost is not known.</param>
    /// <param name="usage">The usage.</param>
    /// <param name="target">What it should have cost; null where it has no target.</param>
    internal void AddCost(decimal? share, UsageSlot usage, UsageTarget? target)
    {
        var tokens = usage.Quantities.Total;
        if (share is { } known)
        {
            cost += known;
            costKnown = true;
            costedTokens += tokens;
        }
        else UncostedRecords += usage.Records;

        if (target is not null) (targets ??= new()).Add(share, tokens, target);
    }

    /// <param name="amount">Cost that no work carries.</param>
    /// <param name="countsAgainstTarget">Whether the fleet is held to a target then.</param>
    /// <param name="byAllocation">Whether that is all that the hour stood idle for; else no effects are told.</param>
    /// <param name="causes">Why; they sum to the amount. Empty for what serves several fleets.</param>
    internal void AddIdle(decimal amount, bool countsAgainstTarget, bool byAllocation, IEnumerable<(IdleCause Cause, decimal Amount)> causes)
    {
        cost += amount;
        costKnown = true;
        foreach (var (cause, part) in causes) (idleCosts ??= new()).Add(cause, part);
        if (countsAgainstTarget) (targets ??= new()).AddIdle(amount, byAllocation);
    }

    /// <param name="other">What is added.</param>
    /// <param name="withCost">False leaves cost and target out.</param>
    internal void Add(UnitCostCell other, bool withCost = true)
    {
        Records += other.Records;
        IncompleteRecords += other.IncompleteRecords;
        FailedRecords += other.FailedRecords;
        for (var i = 0; i < quantities.Length; i++) quantities[i] += other.quantities[i];
        if (other.charged)
        {
            roundsInManyWays |= other.roundsInManyWays || (charged && other.rounding != rounding);
            rounding = other.rounding;
        }

        if (other.card is { } one) Add(one);
        if (other.moreCards is { } more) foreach (var each in more) Add(each);
        charge += other.charge;
        charged |= other.charged;
        UnpricedTokens += other.UnpricedTokens;
        InheritedTokens += other.InheritedTokens;
        if (!withCost) return;
        UncostedRecords += other.UncostedRecords;
        if (other.classCosts is { } byClass) AddByClass(byClass);
        if (other.idleCosts is { } idle) (idleCosts ??= new()).Add(idle);
        if (other.capacityCosts is { } capacity) (capacityCosts ??= new()).Add(capacity);
        cost += other.cost;
        costKnown |= other.costKnown;
        costedTokens += other.costedTokens;
        if (other.targets is { } held) (targets ??= new()).Add(held);
    }

    /// <summary>The one rounding of a figure: to 12 decimals, half to even.</summary>
    public static decimal Figure(decimal value) => decimal.Round(value, FigureDecimals, MidpointRounding.ToEven);
}
