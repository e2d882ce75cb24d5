using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using GraphQL;

namespace FinOps.Platform.Targets.Estimates;

/// <summary>
/// What is to be estimated: a model on accelerators under a load; the same in GraphQL, in files and on the command line. See docs/targets.md.
/// Lengths in tokens, times in seconds, power in watts, shares from 0 to 1.
/// </summary>
[Name("EstimateInput")]
public sealed record EstimateInput
{
    /// <summary>Key of a model of the facts, for example `llama-3-70b`; or the name of `architecture`.</summary>
    public string? Model { get; init; }

    /// <summary>A model that the facts do not have.</summary>
    public ArchitectureInput? Architecture { get; init; }

    /// <summary>Key of a chip of the facts, for example `H100-SXM-80GB`.</summary>
    public string? Accelerator { get; init; }

    /// <summary>How many there are: whole copies of the model. By default those of one copy.</summary>
    public int? Accelerators { get; init; }

    /// <summary>Accelerators over which each layer is split. By default the smallest copy with room for 16 sequences.</summary>
    public int? TensorParallel { get; init; }

    /// <summary>Stages of layers. By default as many as the smallest copy needs.</summary>
    public int? PipelineParallel { get; init; }

    /// <summary>Copies of the attention that share one set of experts. By default 1.</summary>
    public int? DataParallel { get; init; }

    /// <summary>Accelerators over which experts are spread whole. By default the copy's where `dataParallel` is above 1, else 1.</summary>
    public int? ExpertParallel { get; init; }

    /// <summary>Format of the weights: fp32, fp16, fp8, int8, int4 (gptq, awq), fp4, mxfp4. By default fp16.</summary>
    public string? Weights { get; init; }

    /// <summary>Format of products. By default the weights' where chips compute in it, else fp16.</summary>
    public string? Activations { get; init; }

    /// <summary>Format of keys and values. By default fp16 under weights of 16 bits or more, else fp8.</summary>
    public string? KvCache { get; init; }

    /// <summary>Mean length of prompts, cached part included. By default 1,000.</summary>
    public double? PromptTokens { get; init; }

    /// <summary>Mean length of answers. By default 1,000.</summary>
    public double? OutputTokens { get; init; }

    /// <summary>The share of prompts whose keys and values are there already. By default 0.</summary>
    public double? CachedPrefixShare { get; init; }

    /// <summary>The load: so many requests at any time. Without any load, the most that memory and the engine take.</summary>
    public double? Concurrency { get; init; }

    /// <summary>The load: so many requests a second.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>The load: as much as keeps the mean time between tokens of an answer below this.</summary>
    public double? MaxSecondsPerOutputToken { get; init; }

    /// <summary>The load: as much as keeps the mean time to the first token below this.</summary>
    public double? MaxSecondsToFirstToken { get; init; }

    /// <summary>By default continuous.</summary>
    public Batching? Batching { get; init; }

    /// <summary>By default paged.</summary>
    public KvAllocation? KvAllocation { get; init; }

    /// <summary>Of prompt and answer: the room that contiguous allocation keeps, and what a static batch waits for (by default all are as long).</summary>
    public int? LongestSequence { get; init; }

    /// <summary>Whether prompts are read in pieces beside decoding. By default yes.</summary>
    public bool? ChunkedPrefill { get; init; }

    /// <summary>By default none.</summary>
    public SpeculationInput? Speculation { get; init; }

    /// <summary>Watts that a chip may draw. By default its design power.</summary>
    public double? PowerCapWatts { get; init; }

    /// <summary>Sequences that the engine runs at once in one copy of the attention. By default 2048.</summary>
    public int? MostSequences { get; init; }

    /// <summary>Key of an engine's efficiency factors. By default `any`: those of no engine in particular.</summary>
    public string? Engine { get; init; }

    /// <summary>What an hour of one accelerator costs. By default the price book's; without a price no cost is shown.</summary>
    public decimal? PricePerAcceleratorHour { get; init; }

    /// <summary>Which of the price book's. By default on demand, else rented, else one's own.</summary>
    public PriceKind? PriceKind { get; init; }

    /// <summary>Whose of the price book's. By default anybody's.</summary>
    public string? Provider { get; init; }

    /// <summary>ISO 4217, of the price.</summary>
    public string? Currency { get; init; }

    /// <summary>The share of the hours' capacity that is used: above 0, at most 1. By default 1.</summary>
    public decimal? Utilisation { get; init; }

    public EstimateRequest ToRequest() => new()
    {
        Model = Model,
        Accelerator = Accelerator,
        Architecture = Architecture?.ToArchitecture(Model),
        Accelerators = Accelerators,
        TensorParallel = TensorParallel,
        PipelineParallel = PipelineParallel,
        DataParallel = DataParallel,
        ExpertParallel = ExpertParallel,
        Weights = Weights,
        Activations = Activations,
        KvCache = KvCache,
        PromptTokens = PromptTokens ?? EstimateRequest.UsualTokens,
        OutputTokens = OutputTokens ?? EstimateRequest.UsualTokens,
        CachedPrefixShare = CachedPrefixShare ?? 0,
        Concurrency = Concurrency,
        RequestsPerSecond = RequestsPerSecond,
        MaxSecondsPerOutputToken = MaxSecondsPerOutputToken,
        MaxSecondsToFirstToken = MaxSecondsToFirstToken,
        Batching = Batching ?? Domain.Targets.Physics.Batching.Continuous,
        KvAllocation = KvAllocation ?? Domain.Targets.Physics.KvAllocation.Paged,
        LongestSequence = LongestSequence,
        ChunkedPrefill = ChunkedPrefill ?? true,
        Speculation = Speculation?.ToSpeculation(),
        PowerCapWatts = PowerCapWatts,
        MostSequences = MostSequences,
        Engine = Engine,
        PricePerAcceleratorHour = PricePerAcceleratorHour,
        PriceKind = PriceKind,
        Provider = Provider,
        Currency = Currency,
        Utilisation = Utilisation ?? 1m,
    };
}

/// <summary>Guessing tokens with a cheap draft and verifying them together.</summary>
[Name("SpeculationInput")]
public sealed record SpeculationInput
{
    /// <summary>Guessed per step, 1 to 16.</summary>
    public required int Tokens { get; init; }

    /// <summary>The chance that a guess holds, given that those before it did: 0 to 1.</summary>
    public required double Acceptance { get; init; }

    /// <summary>What one guess costs, as a share of a step of the model: 0 to 1.</summary>
    public required double DraftCost { get; init; }

    public Speculation ToSpeculation() => new(Tokens, Acceptance, DraftCost);
}
