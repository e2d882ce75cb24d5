namespace FinOps.Domain.Targets.Physics;

/// <summary>
/// How near an engine comes to the peak of a generation of chips: the only fitted numbers of the model. Since the parts of a step are added,
/// each share is of its own part, not of the whole.
/// </summary>
public sealed record Efficiency
{
    /// <summary>Of memory bandwidth, when weights are read.</summary>
    public double WeightReads { get; init; } = 0.83;

    /// <summary>Of memory bandwidth, when keys and values are read.</summary>
    public double KvReads { get; init; } = 0.88;

    /// <summary>Of 16-bit peak arithmetic.</summary>
    public double Flops16 { get; init; } = 0.76;

    /// <summary>Of 8-bit peak arithmetic.</summary>
    public double Flops8 { get; init; } = 0.72;

    /// <summary>Of 4-bit peak arithmetic.</summary>
    public double Flops4 { get; init; } = 0.45;

    /// <summary>Of 16-bit peak arithmetic, in attention.</summary>
    public double Attention { get; init; } = 0.45;

    /// <summary>What products of experts reach of the above.</summary>
    public double Experts { get; init; } = 0.41;

    /// <summary>Of link bandwidth.</summary>
    public double Links { get; init; } = 0.60;

    /// <summary>Before the first byte of a collective moves.</summary>
    public double CollectiveSeconds { get; init; } = 7.9e-6;

    /// <summary>Per step and pipeline stage, whatever is in it.</summary>
    public double StepSeconds { get; init; } = 0.35e-3;

    /// <summary>Per layer and step, whatever is in it.</summary>
    public double LayerSeconds { get; init; } = 29e-6;

    /// <summary>Per running sequence and step: scheduling, sampling, answering.</summary>
    public double SequenceSeconds { get; init; } = 8.9e-6;

    /// <summary>Of memory that an engine takes for weights and cache.</summary>
    public double Memory { get; init; } = 0.96;

    /// <summary>Per accelerator for everything else.</summary>
    public double ReservedBytes { get; init; } = 3e9;
}
