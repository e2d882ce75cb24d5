using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>Every (fleet, model)'s targets, each from its date on.</summary>
public sealed class TargetBook
{
    private readonly Dictionary<(FleetId, ModelId), Timeline<Target>> targets;
    private readonly Dictionary<FleetId, DateTimeOffset> firsts;
    private readonly Dictionary<Target, int> versions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FleetId, ModelId[]> modelled;

    /// <param name="recorded">In the order of their recording.</param>
    public TargetBook(IEnumerable<Target> recorded)
    {
        var byPlace = recorded.GroupBy(t => (t.Fleet, t.Model)).ToList();
        foreach (var place in byPlace)
        {
            var version = 0;
            foreach (var target in place) versions[target] = ++version;
        }

        targets = byPlace.ToDictionary(g => g.Key, g => new Timeline<Target>(g.Select(t => (QuarterHour.Holding(t.From), t))));
        firsts = targets.GroupBy(t => t.Key.Item1).ToDictionary(g => g.Key, g => g.Min(t => t.Value.Values[0].From));
        modelled = targets.Where(t => t.Value.Values.Any(v => v.Modelled is not null)).GroupBy(t => t.Key.Item1)
            .ToDictionary(g => g.Key, g => g.Select(t => t.Key.Item2).ToArray());
    }

    /// <returns>Null when none holds by then.</returns>
    public Target? At(FleetId fleet, ModelId model, QuarterHour slot) =>
        targets.TryGetValue((fleet, model), out var timeline) ? timeline.At(slot) : null;

    /// <summary>Whether the fleet is held to any target by then: its idle cost then counts against it.</summary>
    public bool HasAny(FleetId fleet, QuarterHour slot) => firsts.TryGetValue(fleet, out var first) && first <= slot.Start;

    /// <summary>Whether any target was ever set.</summary>
    public bool IsEmpty => targets.Count == 0;

    /// <returns>How many accelerators the fleet's modelled targets reckon with; zero where none holds by then.</returns>
    public int AcceleratorsAt(FleetId fleet, QuarterHour slot) =>
        modelled.TryGetValue(fleet, out var models) ? models.Sum(m => At(fleet, m, slot)?.Modelled?.Accelerators ?? 0) : 0;

    /// <returns>The ordinal among those of its fleet and model as they were recorded, from 1.</returns>
    public int VersionOf(Target target) => versions[target];

    /// <summary>Every target, superseded ones left out, by fleet, model and date.</summary>
    public IEnumerable<Target> All =>
        targets.OrderBy(t => t.Key.Item1.Value, StringComparer.Ordinal).ThenBy(t => t.Key.Item2.Value, StringComparer.Ordinal)
            .SelectMany(t => t.Value.Values);
}
