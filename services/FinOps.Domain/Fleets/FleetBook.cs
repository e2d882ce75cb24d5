using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Every fleet's cost lines, each from its date on.</summary>
public sealed class FleetBook
{
    private readonly SortedDictionary<string, Timeline<FleetCost>> fleets = new(StringComparer.Ordinal);

    /// <param name="recorded">In the order of their recording.</param>
    public FleetBook(IEnumerable<FleetCost> recorded)
    {
        foreach (var lines in recorded.GroupBy(c => c.Fleet.Value))
            fleets[lines.Key] = new Timeline<FleetCost>(lines.Select(c => (QuarterHour.Holding(c.From), c)));
    }

    /// <summary>The registered fleets, ordinal: those that ever had a cost line.</summary>
    public IEnumerable<FleetId> Fleets => fleets.Keys.Select(f => new FleetId(f));

    public bool IsRegistered(FleetId fleet) => fleets.ContainsKey(fleet.Value);

    /// <returns>The fleet's lines by date, superseded ones left out.</returns>
    public IReadOnlyList<FleetCost> Lines(FleetId fleet) => fleets.TryGetValue(fleet.Value, out var lines) ? lines.Values : [];

    /// <returns>Null before the first line and after the end of one.</returns>
    public FleetCost? At(FleetId fleet, QuarterHour slot) =>
        fleets.TryGetValue(fleet.Value, out var lines) && lines.At(slot) is { } line && line.Holds(slot) ? line : null;

    /// <summary>
    /// What the fleet's hour costs: the sum of its quarters, each a fourth of its line's cost per hour, rounded half to even to 12
    /// decimals. The one rounding of cost happens here, at the fleet-hour; everything below it is split exactly.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <returns>Null when no line covers any of it: an unknown cost is not zero.</returns>
    public FleetHourCost? OfHour(FleetId fleet, int hour)
    {
        if (!fleets.TryGetValue(fleet.Value, out var lines)) return null;
        var quarters = new decimal[FleetHourCost.Quarters];
        Currency? currency = null;
        for (var i = 0; i < quarters.Length; i++)
        {
            var slot = new QuarterHour(hour * FleetHourCost.Quarters + i);
            if (lines.At(slot) is not { } line || !line.Holds(slot)) continue;
            if (currency is { } other && other != line.PerHour.Currency)
                throw CurrencyMix.Rejected(other, line.PerHour.Currency, $"the cost of fleet {fleet}");
            currency = line.PerHour.Currency;
            quarters[i] = line.PerHour.Amount / FleetHourCost.Quarters;
        }

        if (currency is null) return null;
        var sum = decimal.Round(quarters.Sum(), Money.AllocationDecimals, MidpointRounding.ToEven);
        return new FleetHourCost(new Money(sum, currency.Value), quarters);
    }
}

/// <param name="Cost">Of the whole hour, to 12 decimals.</param>
/// <param name="QuarterCosts">Of its quarters, unrounded: how an hour without work divides over time.</param>
public sealed record FleetHourCost(Money Cost, IReadOnlyList<decimal> QuarterCosts)
{
    public const int Quarters = 4;
}
