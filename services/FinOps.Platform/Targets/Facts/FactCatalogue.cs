using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;

namespace FinOps.Platform.Targets.Facts;

/// <summary>What targets are made of: chips, models, efficiencies and prices, and where each value comes from.</summary>
/// <param name="Facts">What the physics needs.</param>
/// <param name="Prices">What the economics needs.</param>
/// <param name="Benchmarks">What rules of published benchmarks say and their tables leave out.</param>
/// <param name="Accelerators">By key: where its values come from.</param>
/// <param name="Models">By key: where its values come from.</param>
public sealed record FactCatalogue(
    TargetFacts Facts, PriceBook Prices, IReadOnlyList<BenchmarkRules> Benchmarks, IReadOnlyDictionary<string, RowProvenance> Accelerators, IReadOnlyDictionary<string, RowProvenance> Models);
