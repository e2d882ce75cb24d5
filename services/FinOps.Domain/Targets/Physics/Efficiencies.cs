namespace FinOps.Domain.Targets.Physics;

/// <summary>The usual efficiencies, and the factors by which engines and generations of chips depart from them: at most one row per pair.</summary>
public sealed record Efficiencies(Efficiency Usual, IReadOnlyList<EngineFactors> Factors)
{
    /// <summary>The usual, times the engine's factors, the generation's, and those of both where there are any.</summary>
    public Efficiency Of(string engine, string generation) =>
        Factors.Where(f => (f.Engine is null || f.Engine == engine) && (f.Generation is null || f.Generation == generation))
            .Aggregate(Usual, (efficiency, more) => efficiency.Times(more));

    public Efficiencies With(EngineFactors row) =>
        this with { Factors = [.. Factors.Where(f => (f.Engine, f.Generation) != (row.Engine, row.Generation)), row] };

    public EngineFactors Row(string? engine, string? generation) =>
        Factors.FirstOrDefault(f => (f.Engine, f.Generation) == (engine, generation)) ?? new EngineFactors(engine, generation);
}
