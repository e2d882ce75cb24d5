using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>A set of work weights from an hour on, until the next one of the same fleet, or of all.</summary>
/// <param name="Fleet">Null is every fleet that has no set of its own.</param>
/// <param name="From">On an hour of UTC.</param>
/// <param name="Weights">The set.</param>
public sealed record EffectiveWeights(FleetId? Fleet, DateTimeOffset From, WorkWeights Weights);

/// <summary>Which work weights hold from when on: of all fleets, from the beginning of time the declared ones, and of single fleets.</summary>
public sealed class WeightBook
{
    private static readonly EffectiveWeights First = new(null, DateTimeOffset.MinValue, WorkWeights.Declared1);

    // After the set that it begins with.
    public static readonly WeightBook Declared = new([]);

    private readonly Timeline<EffectiveWeights> ofAll;
    private readonly SortedDictionary<string, Timeline<EffectiveWeights>> ofFleets = new(StringComparer.Ordinal);

    /// <param name="recorded">In the order of their recording.</param>
    public WeightBook(IEnumerable<EffectiveWeights> recorded)
    {
        var byFleet = recorded.ToLookup(w => w.Fleet);
        ofAll = By(byFleet[null].Prepend(First));
        foreach (var fleet in byFleet.Where(f => f.Key is not null)) ofFleets[fleet.Key!.Value.Value] = By(fleet);
    }

    /// <summary>Every set in its time, superseded ones left out: those of all fleets first, then fleet by fleet.</summary>
    public IEnumerable<EffectiveWeights> All => ofAll.Values.Concat(ofFleets.Values.SelectMany(t => t.Values));

    public WorkWeights At(FleetId fleet, QuarterHour slot) =>
        (ofFleets.TryGetValue(fleet.Value, out var own) && own.At(slot) is { } set ? set : ofAll.At(slot)!).Weights;

    /// <summary>The set of those that have none of their own.</summary>
    public WorkWeights At(QuarterHour slot) => ofAll.At(slot)!.Weights;

    /// <returns>What holds for just this fleet, or for all; null where a fleet has none of its own then.</returns>
    public EffectiveWeights? OwnAt(FleetId? fleet, QuarterHour slot) =>
        fleet is { } one ? ofFleets.TryGetValue(one.Value, out var own) ? own.At(slot) : null : ofAll.At(slot);

    private static Timeline<EffectiveWeights> By(IEnumerable<EffectiveWeights> sets) => new(sets.Select(s => (QuarterHour.Holding(s.From), s)));
}
