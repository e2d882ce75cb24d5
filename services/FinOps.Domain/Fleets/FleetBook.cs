using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Every fleet's cost, each line from its date on: either one cost of the whole fleet, or its size and lines of several kinds.</summary>
public sealed class FleetBook
{
    private readonly SortedDictionary<string, FleetLines> fleets = new(StringComparer.Ordinal);

    /// <param name="whole">Costs of whole fleets, in the order of their recording.</param>
    /// <param name="sizes">Likewise.</param>
    /// <param name="lines">Likewise.</param>
    /// <param name="imported">Likewise.</param>
    public FleetBook(
        IEnumerable<FleetCost> whole, IEnumerable<FleetSize>? sizes = null, IEnumerable<CostLine>? lines = null,
        IEnumerable<ImportedCost>? imported = null)
    {
        var (wholes, sized, lined) = (whole.ToLookup(c => c.Fleet), (sizes ?? []).ToLookup(s => s.Fleet), (lines ?? []).ToLookup(l => l.Fleet));
        var paid = (imported ?? []).ToLookup(i => i.Fleet);
        foreach (var fleet in wholes.Select(c => c.Key).Concat(sized.Select(s => s.Key)).Concat(lined.Select(l => l.Key)).Concat(paid.Select(p => p.Key)).Distinct())
            fleets[fleet.Value] = new FleetLines(wholes[fleet], sized[fleet], lined[fleet], paid[fleet]);
    }

    /// <summary>The registered fleets, ordinal: those that ever had a cost or a size. What serves several fleets is among them.</summary>
    public IEnumerable<FleetId> Fleets => fleets.Keys.Select(f => new FleetId(f));

    /// <returns>Whether usage may name it: what serves several fleets serves no usage of its own.</returns>
    public bool IsRegistered(FleetId fleet) => fleets.TryGetValue(fleet.Value, out var known) && !known.IsShared;

    /// <returns>Whether its cost is that of what serves several fleets.</returns>
    public bool IsShared(FleetId fleet) => fleets.TryGetValue(fleet.Value, out var known) && known.IsShared;

    /// <returns>The costs of the whole fleet by date, superseded ones left out.</returns>
    public IReadOnlyList<FleetCost> Lines(FleetId fleet) => Of(fleet)?.Whole.Values ?? [];

    /// <returns>Its cost lines by name and date, superseded ones left out.</returns>
    public IReadOnlyList<CostLine> CostLines(FleetId fleet) => Of(fleet)?.Lines ?? [];

    /// <returns>Its sizes by date, superseded ones left out.</returns>
    public IReadOnlyList<FleetSize> Sizes(FleetId fleet) => Of(fleet)?.Sizes.Values ?? [];

    /// <returns>What bills say that it cost: the imports that count, in the order of their recording.</returns>
    public IReadOnlyList<ImportedCost> Imports(FleetId fleet) => Of(fleet)?.Imports ?? [];

    public FleetSize? SizeAt(FleetId fleet, QuarterHour slot) => Of(fleet)?.Sizes.At(slot);

    /// <returns>Null before the first cost of the whole fleet and after the end of one.</returns>
    public FleetCost? At(FleetId fleet, QuarterHour slot) => Of(fleet)?.WholeAt(slot);

    /// <returns>When a cost of the whole fleet ends: where it says, or where the next one begins; null is open.</returns>
    public DateTimeOffset? EndOf(FleetCost whole) => Of(whole.Fleet)?.EndOf(whole);

    /// <returns>From the first instant at which the fleet costs anything to the last; null end is open, null is never.</returns>
    public (DateTimeOffset From, DateTimeOffset? To)? Extent(FleetId fleet) => Of(fleet)?.Extent;

    /// <summary>
    /// What the fleet's hour costs: the sum of its quarters, rounded half to even to 12 decimals. The one rounding of cost happens here, at
    /// the fleet-hour; everything below it is split exactly.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <returns>Null when no line covers any of it: an unknown cost is not zero.</returns>
    public FleetHourCost? OfHour(FleetId fleet, int hour) => Of(fleet)?.OfHour(fleet, hour);

    /// <returns>Whether it has a line that prices tokens, at any time.</returns>
    public bool PricesTokens(FleetId fleet) => Of(fleet)?.PricesTokens ?? false;

    /// <summary>What its tokens cost, where lines price them; the hour's time (<see cref="OfHour"/>) costs beside that.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="uses">All of one hour, in an order that does not depend on who asks.</param>
    /// <returns>Null where no line prices tokens then.</returns>
    public HourTokenCost? TokenCost(FleetId fleet, IReadOnlyList<TokenUse> uses) => Of(fleet)?.TokenCost(uses);

    private FleetLines? Of(FleetId fleet) => fleets.GetValueOrDefault(fleet.Value);
}
