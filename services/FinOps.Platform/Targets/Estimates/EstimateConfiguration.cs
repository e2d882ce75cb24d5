using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Physics;
using GraphQL;

namespace FinOps.Platform.Targets.Estimates;

/// <summary>What an estimate is for. Where it can be, all that was left out is filled in; the load stands as it was asked.</summary>
[Name("EstimateConfiguration")]
public sealed record EstimateConfiguration
{
    public string? Model { get; init; }

    public string? Accelerator { get; init; }

    public int? Accelerators { get; init; }

    /// <summary>Of the model, each on accelerators of its own.</summary>
    public int? Copies { get; init; }

    public int? TensorParallel { get; init; }

    public int? PipelineParallel { get; init; }

    public int? DataParallel { get; init; }

    public int? ExpertParallel { get; init; }

    public string? Weights { get; init; }

    public string? Activations { get; init; }

    public string? KvCache { get; init; }

    public string? Engine { get; init; }

    public double PromptTokens { get; init; }

    public double OutputTokens { get; init; }

    public double CachedPrefixShare { get; init; }

    public double? Concurrency { get; init; }

    public double? RequestsPerSecond { get; init; }

    public double? MaxSecondsPerOutputToken { get; init; }

    public double? MaxSecondsToFirstToken { get; init; }

    public Batching Batching { get; init; }

    public KvAllocation KvAllocation { get; init; }

    public bool ChunkedPrefill { get; init; }

    public double? PowerCapWatts { get; init; }

    /// <param name="asked">As it was asked.</param>
    /// <param name="plan">Null where it cannot be.</param>
    internal static EstimateConfiguration Of(EstimateRequest asked, EstimatePlan? plan)
    {
        var deployment = plan?.Deployment;
        return new EstimateConfiguration
        {
            Model = plan?.Model.Key ?? asked.Model,
            Accelerator = deployment?.Accelerator.Key ?? asked.Accelerator,
            Accelerators = deployment?.Accelerators ?? asked.Accelerators,
            Copies = deployment?.Copies,
            TensorParallel = deployment?.Parallelism.Tensor ?? asked.TensorParallel,
            PipelineParallel = deployment?.Parallelism.Pipeline ?? asked.PipelineParallel,
            DataParallel = deployment?.Parallelism.Data ?? asked.DataParallel,
            ExpertParallel = deployment?.Parallelism.Expert ?? asked.ExpertParallel,
            Weights = deployment?.Precision.Weights.Name ?? asked.Weights,
            Activations = deployment?.Precision.Activations.Name ?? asked.Activations,
            KvCache = deployment?.Precision.KvCache.Name ?? asked.KvCache,
            Engine = deployment?.Engine ?? asked.Engine,
            PromptTokens = asked.PromptTokens,
            OutputTokens = asked.OutputTokens,
            CachedPrefixShare = asked.CachedPrefixShare,
            Concurrency = asked.Concurrency,
            RequestsPerSecond = asked.RequestsPerSecond,
            MaxSecondsPerOutputToken = asked.MaxSecondsPerOutputToken,
            MaxSecondsToFirstToken = asked.MaxSecondsToFirstToken,
            Batching = asked.Batching,
            KvAllocation = asked.KvAllocation,
            ChunkedPrefill = asked.ChunkedPrefill,
            PowerCapWatts = asked.PowerCapWatts,
        };
    }
}
