namespace FinOps.Domain.Fleets;

/// <summary>What accelerators of a fleet were at.</summary>
public enum FleetState
{
    /// <summary>Answering requests, or ready to at once.</summary>
    Serving,

    /// <summary>Weights are loaded and nothing is sent there.</summary>
    Loaded,

    /// <summary>Starting: weights on their way, graphs compiled.</summary>
    WarmUp,

    /// <summary>Finishing what they have, taking nothing new.</summary>
    Draining,

    /// <summary>Paid for, and no model is placed on them.</summary>
    Unplaced,
}

/// <summary>The states' names on the wire.</summary>
public static class FleetStates
{
    private static readonly Dictionary<string, FleetState> ByName = new(StringComparer.Ordinal)
    {
        ["serving"] = FleetState.Serving,
        ["loaded"] = FleetState.Loaded,
        ["warm-up"] = FleetState.WarmUp,
        ["draining"] = FleetState.Draining,
        ["unplaced"] = FleetState.Unplaced,
    };

    /// <summary>For people.</summary>
    public static readonly string Known = string.Join(", ", ByName.Keys);

    /// <returns>Null when no state has the name.</returns>
    public static FleetState? Find(string? name) => name is not null && ByName.TryGetValue(name, out var state) ? state : null;

    public static string NameOf(FleetState state) => ByName.Single(s => s.Value == state).Key;
}
