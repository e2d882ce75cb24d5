using FinOps.Domain.Targets;
using GraphQL;

namespace FinOps.Platform.Targets.Estimates;

/// <summary>Many estimates in one: each list takes the place of the base's value, and every combination is asked, the last list fastest.</summary>
[Name("SweepInput")]
public sealed record SweepInput
{
    /// <summary>What all have in common.</summary>
    public required EstimateInput Base { get; init; }

    /// <summary>Keys of models.</summary>
    public IReadOnlyList<string>? Model { get; init; }

    /// <summary>Keys of chips.</summary>
    public IReadOnlyList<string>? Accelerator { get; init; }

    /// <summary>How many there are.</summary>
    public IReadOnlyList<int>? Accelerators { get; init; }

    /// <summary>Accelerators over which each layer is split.</summary>
    public IReadOnlyList<int>? TensorParallel { get; init; }

    /// <summary>Formats of the weights.</summary>
    public IReadOnlyList<string>? Weights { get; init; }

    /// <summary>Mean lengths of prompts.</summary>
    public IReadOnlyList<double>? PromptTokens { get; init; }

    /// <summary>Mean lengths of answers.</summary>
    public IReadOnlyList<double>? OutputTokens { get; init; }

    /// <summary>Requests at any time.</summary>
    public IReadOnlyList<double>? Concurrency { get; init; }

    public SweepRequest ToRequest() => new(Base.ToRequest())
    {
        Model = Model ?? [],
        Accelerator = Accelerator ?? [],
        Accelerators = Accelerators ?? [],
        TensorParallel = TensorParallel ?? [],
        Weights = Weights ?? [],
        PromptTokens = PromptTokens ?? [],
        OutputTokens = OutputTokens ?? [],
        Concurrency = Concurrency ?? [],
    };
}
