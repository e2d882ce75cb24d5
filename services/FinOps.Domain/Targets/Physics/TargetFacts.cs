namespace FinOps.Domain.Targets.Physics;

/// <summary>What is known of chips, models and engines.</summary>
/// <param name="accelerators">By key.</param>
/// <param name="models">By key.</param>
/// <param name="efficiencies">How near engines come to the peaks of chips.</param>
public sealed class TargetFacts(
    IReadOnlyDictionary<string, Accelerator> accelerators,
    IReadOnlyDictionary<string, ModelArchitecture> models,
    Efficiencies efficiencies)
{
    public IReadOnlyDictionary<string, Accelerator> Accelerators => accelerators;

    public IReadOnlyDictionary<string, ModelArchitecture> Models => models;

    public Efficiencies Efficiencies => efficiencies;

    /// <summary>Engines that have factors of their own.</summary>
    public IEnumerable<string> Engines => efficiencies.Factors.Select(f => f.Engine).OfType<string>().Distinct();

    public Efficiency EfficiencyOf(string engine, string generation) => efficiencies.Of(engine, generation);
}
