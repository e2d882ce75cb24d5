using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>One fleet's costs, sizes and lines, each by date.</summary>
internal sealed class FleetLines
{
    private readonly Timeline<CostLine>[] lines;
    private readonly (string Line, Currency Currency, PaidPeriods Periods)[] paid;

    public FleetLines(
        IEnumerable<FleetCost> whole, IEnumerable<FleetSize> sizes, IEnumerable<CostLine> recorded, IEnumerable<ImportedCost> imported)
    {
        Whole = new Timeline<FleetCost>(whole.Select(c => (QuarterHour.Holding(c.From), c)));
        Sizes = new Timeline<FleetSize>(sizes.Select(s => (QuarterHour.Holding(s.From), s)));
        lines = [.. recorded.GroupBy(l => l.Name).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Timeline<CostLine>(g.Select(l => (QuarterHour.Holding(l.From), l))))];
        Lines = [.. lines.SelectMany(Effective)];
        Imports = ImportedCost.Standing(imported);
        paid = [.. Imports.GroupBy(i => i.Line).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, g.First().Currency, new PaidPeriods(g.SelectMany(i => i.Amounts))))];
        IsShared = Lines.Any(l => l.IsShared) || Imports.Any(i => i.IsShared);
        Extent = ExtentOf();
    }

    public Timeline<FleetCost> Whole { get; }

    public Timeline<FleetSize> Sizes { get; }

    /// <summary>Each with the end that it really has.</summary>
    public IReadOnlyList<CostLine> Lines { get; }

    /// <summary>The imports that count.</summary>
    public IReadOnlyList<ImportedCost> Imports { get; }

    public bool IsShared { get; }

    public (DateTimeOffset From, DateTimeOffset? To)? Extent { get; }

    public FleetCost? WholeAt(QuarterHour slot) => Whole.At(slot) is { } line && line.Holds(slot) ? line : null;

    public DateTimeOffset? EndOf(FleetCost cost)
    {
        var next = Whole.Values.Where(c => c.From > cost.From).Select(c => (DateTimeOffset?)c.From).FirstOrDefault();
        return cost.To is { } to && (next is null || to < next) ? to : next;
    }

    public bool PricesTokens => Lines.Any(l => l.Terms is CostTerms.Serverless);

    public HourTokenCost? TokenCost(IReadOnlyList<TokenUse> uses) => PricesTokens ? AccrueTokenCost.Of(uses, PricingLines) : null;

    public FleetHourCost? OfHour(FleetId fleet, int hour)
    {
        var quarters = new decimal[FleetHourCost.Quarters];
        var parts = Array.ConvertAll(quarters, _ => new List<FleetCostPart>());
        var uncovered = new decimal[FleetHourCost.Quarters];
        Currency? currency = null;
        for (var i = 0; i < quarters.Length; i++)
        {
            var slot = new QuarterHour(hour * FleetHourCost.Quarters + i);
            if (AddPaid(i, slot)) continue;
            if (WholeAt(slot) is { } whole)
            {
                Count(whole.PerHour.Currency);
                Add(i, new FleetCostPart(FleetCostPart.WholeFleet, CostLineKind.Hourly, false, whole.PerHour.Amount / FleetHourCost.Quarters));
            }

            var inEffect = LinesAt(slot);
            if (inEffect.Count == 0) continue;
            var accrued = AccrueCost.Of(slot, Sizes.At(slot)?.Count, inEffect);
            uncovered[i] = accrued.UncoveredAccelerators / FleetHourCost.Quarters;
            foreach (var part in accrued.Parts)
            {
                Count(part.Line.Currency);
                Add(i, new FleetCostPart(part.Line.Name, part.Line.Terms.Kind, part.IsUnused, part.Cost));
            }
        }

        if (currency is null) return null;
        var sum = decimal.Round(quarters.Sum(), Money.AllocationDecimals, MidpointRounding.ToEven);
        return new FleetHourCost(new Money(sum, currency.Value), quarters, parts, uncovered);

        // What a bill says takes the place of every estimate.
        bool AddPaid(int quarter, QuarterHour slot)
        {
            var any = false;
            foreach (var (line, paidIn, periods) in paid)
            {
                if (periods.Of(slot) is not { } amount) continue;
                any = true;
                Count(paidIn);
                Add(quarter, new FleetCostPart(line, CostLineKind.Actual, false, amount));
            }

            return any;
        }

        void Add(int quarter, FleetCostPart part)
        {
            quarters[quarter] += part.Cost;
            parts[quarter].Add(part);
        }

        void Count(Currency other)
        {
            if (currency is { } one && one != other) throw CurrencyMix.Rejected(one, other, $"the cost of fleet {fleet}");
            currency = other;
        }
    }

    private List<CostLine> LinesAt(QuarterHour slot) => [.. lines.Select(l => l.At(slot)).OfType<CostLine>().Where(l => l.Holds(slot))];

    /// <summary>Lines that may price tokens: none where a bill says what was paid.</summary>
    private List<CostLine> PricingLines(QuarterHour slot)
    {
        if (paid.Any(p => p.Periods.Of(slot) is not null)) return [];
        var inEffect = LinesAt(slot);
        return inEffect.Any(l => l.Terms is CostTerms.Actual) ? [] : inEffect;
    }

    /// <summary>A line ends where it says, or where the next of its name begins.</summary>
    private static IEnumerable<CostLine> Effective(Timeline<CostLine> line)
    {
        for (var i = 0; i < line.Values.Count; i++)
        {
            var (own, next) = (line.Values[i].To, i + 1 < line.Values.Count ? line.Values[i + 1].From : (DateTimeOffset?)null);
            yield return line.Values[i] with { To = own is { } to && (next is null || to < next) ? to : next };
        }
    }

    private (DateTimeOffset From, DateTimeOffset? To)? ExtentOf()
    {
        var stretches = Whole.Values.Select(c => (c.From, To: EndOf(c))).Concat(Lines.Select(l => (l.From, l.To)))
            .Concat(paid.SelectMany(p => p.Periods.Covered()).Select(p => (From: p.First.Start, To: (DateTimeOffset?)p.End.Start))).ToList();
        if (stretches.Count == 0) return null;
        return (stretches.Min(s => s.From), stretches.Any(s => s.To is null) ? null : stretches.Max(s => s.To));
    }
}
