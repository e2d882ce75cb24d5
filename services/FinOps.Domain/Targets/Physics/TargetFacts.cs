using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Physics;

/// <summary>What is known of chips, models and engines.</summary>
public sealed class TargetFacts(
    IReadOnlyDictionary<string, Accelerator> accelerators,
    IReadOnlyDictionary<string, ModelArchitecture> models,
    IReadOnlyList<EngineEfficiency> efficiencies)
{
    public IReadOnlyDictionary<string, Accelerator> Accelerators => accelerators;

    public IReadOnlyDictionary<string, ModelArchitecture> Models => models;

    /// <summary>Engines that have factors of their own.</summary>
    public IEnumerable<string> Engines => efficiencies.Select(e => e.Engine).OfType<string>().Distinct();

    /// <summary>What holds for an engine on a generation: the row of both, else the engine's, else the generation's, else the default's.</summary>
    public Efficiency EfficiencyOf(string engine, string generation) =>
        Find(engine, generation) ?? Find(engine, null) ?? Find(null, generation) ?? Find(null, null)
        ?? throw new RejectedException(new Rejection("engine_unknown", "engine", "There is no default row of efficiencies."));

    private Efficiency? Find(string? engine, string? generation) =>
        efficiencies.FirstOrDefault(e => e.Engine == engine && e.Generation == generation)?.Efficiency;
}

/// <param name="Engine">Null is any.</param>
/// <param name="Generation">Null is any.</param>
/// <param name="Efficiency">What holds.</param>
public sealed record EngineEfficiency(string? Engine, string? Generation, Efficiency Efficiency);
