namespace FinOps.Domain.Targets.Physics;

/// <summary>What is known of chips, models and engines.</summary>
/// <param name="accelerators">By key.</param>
/// <param name="models">By key.</param>
/// <param name="usual">Efficiencies where nothing more special is known.</param>
/// <param name="factors">What is: at most one row per engine and generation.</param>
public sealed class TargetFacts(
    IReadOnlyDictionary<string, Accelerator> accelerators,
    IReadOnlyDictionary<string, ModelArchitecture> models,
    Efficiency usual,
    IReadOnlyList<EngineFactors> factors)
{
    public IReadOnlyDictionary<string, Accelerator> Accelerators => accelerators;

    public IReadOnlyDictionary<string, ModelArchitecture> Models => models;

    public Efficiency Usual => usual;

    public IReadOnlyList<EngineFactors> Factors => factors;

    /// <summary>Engines that have factors of their own.</summary>
    public IEnumerable<string> Engines => factors.Select(f => f.Engine).OfType<string>().Distinct();

    /// <summary>The usual, times the engine's factors, the generation's, and those of both where there are any.</summary>
    public Efficiency EfficiencyOf(string engine, string generation) =>
        factors.Where(f => (f.Engine is null || f.Engine == engine) && (f.Generation is null || f.Generation == generation))
            .Aggregate(usual, (efficiency, more) => efficiency.Times(more));

    public TargetFacts With(Efficiency others, IReadOnlyList<EngineFactors> otherFactors) => new(accelerators, models, others, otherFactors);
}
