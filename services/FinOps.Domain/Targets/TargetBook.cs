using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>Every (fleet, model)'s targets, each from its date on.</summary>
public sealed class TargetBook
{
    private readonly Dictionary<(FleetId, ModelId), Timeline<Target>> targets;
    private readonly Dictionary<FleetId, DateTimeOffset> firsts;

    /// <param name="recorded">In the order of their recording.</param>
    public TargetBook(IEnumerable<Target> recorded)
    {
        targets = recorded.GroupBy(t => (t.Fleet, t.Model))
            .ToDictionary(g => g.Key, g => new Timeline<Target>(g.Select(t => (QuarterHour.Holding(t.From), t))));
        firsts = targets.GroupBy(t => t.Key.Item1).ToDictionary(g => g.Key, g => g.Min(t => t.Value.Values[0].From));
    }

    /// <returns>Null when none holds by then.</returns>
    public Target? At(FleetId fleet, ModelId model, QuarterHour slot) =>
        targets.TryGetValue((fleet, model), out var timeline) ? timeline.At(slot) : null;

    /// <summary>Whether the fleet is held to any target by then: its idle cost then counts against it.</summary>
    public bool HasAny(FleetId fleet, QuarterHour slot) => firsts.TryGetValue(fleet, out var first) && first <= slot.Start;

    /// <summary>Every target, superseded ones left out, by fleet, model and date.</summary>
    public IEnumerable<Target> All =>
        targets.OrderBy(t => t.Key.Item1.Value, StringComparer.Ordinal).ThenBy(t => t.Key.Item2.Value, StringComparer.Ordinal)
            .SelectMany(t => t.Value.Values);
}
