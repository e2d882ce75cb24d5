using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>The most that each fleet did in an hour of the time before: what it can do, for want of a better measure.</summary>
public sealed class BestHours
{
    public static readonly BestHours None = new([], 0);

    private readonly Dictionary<FleetId, List<(int Hour, Quantities Quantities)>> worked;
    private readonly Dictionary<(FleetId, WorkWeights), Dictionary<int, decimal>> best = [];
    private readonly int lookbackHours;

    /// <param name="worked">Hours with usage, by rising hour within a fleet.</param>
    /// <param name="lookbackHours">How far back an hour still counts.</param>
    public BestHours(IEnumerable<(FleetId Fleet, int Hour, Quantities Quantities)> worked, int lookbackHours)
    {
        this.worked = worked.GroupBy(w => w.Fleet).ToDictionary(g => g.Key, g => g.Select(w => (w.Hour, w.Quantities)).ToList());
        this.lookbackHours = lookbackHours;
    }

    /// <param name="fleet">The fleet.</param>
    /// <param name="hour">An hour with work, in hours since 1970.</param>
    /// <param name="weights">What its tokens weigh; the earlier hours are weighed alike.</param>
    /// <returns>The most work of this hour and those looked back on; null where no earlier one of them had any.</returns>
    public decimal? At(FleetId fleet, int hour, WorkWeights weights)
    {
        if (!best.TryGetValue((fleet, weights), out var known)) best[(fleet, weights)] = known = Of(worked.GetValueOrDefault(fleet) ?? [], weights);
        return known.TryGetValue(hour, out var most) ? most : null;
    }

    /// <summary>One pass: kept are the hours that may still be the best of a later one, by falling work.</summary>
    private Dictionary<int, decimal> Of(List<(int Hour, Quantities Quantities)> hours, WorkWeights weights)
    {
        var found = new Dictionary<int, decimal>();
        var kept = new LinkedList<(int Hour, decimal Work)>();
        foreach (var (hour, quantities) in hours)
        {
            var work = weights.Of(quantities);
            if (work == 0) continue;
            while (kept.First is { } oldest && oldest.Value.Hour < hour - lookbackHours) kept.RemoveFirst();
            if (kept.First is { } most) found[hour] = Math.Max(most.Value.Work, work);
            while (kept.Last is { } less && less.Value.Work <= work) kept.RemoveLast();
            kept.AddLast((hour, work));
        }

        return found;
    }
}
