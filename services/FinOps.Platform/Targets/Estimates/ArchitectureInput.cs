using FinOps.Domain.Targets.Physics;
using GraphQL;

namespace FinOps.Platform.Targets.Estimates;

/// <summary>A language model by its published configuration, where the facts do not have it.</summary>
[Name("ArchitectureInput")]
public sealed record ArchitectureInput
{
    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Hidden { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads. By default as many as query heads.</summary>
    public int? KvHeads { get; init; }

    /// <summary>Width of a head. By default `hidden` ÷ `heads`.</summary>
    public int? HeadDim { get; init; }

    /// <summary>Width of the feed-forward layer, or of one expert.</summary>
    public required int Intermediate { get; init; }

    /// <summary>Tokens.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>All that must lie in memory.</summary>
    public required double TotalParameters { get; init; }

    /// <summary>Those a token meets in products. By default all but the input embedding; a model with experts must say.</summary>
    public double? ActiveParameters { get; init; }

    /// <summary>Attention, dense layers, embeddings. By default all; a model with experts must say.</summary>
    public double? NonExpertParameters { get; init; }

    /// <summary>Experts to choose from in a layer. By default none.</summary>
    public int? RoutedExperts { get; init; }

    public int? ExpertsPerToken { get; init; }

    /// <summary>Layers with experts. By default all where there are experts.</summary>
    public int? ExpertLayers { get; init; }

    /// <summary>Numbers that multi-head latent attention keeps per token and layer, in place of keys and values.</summary>
    public int? LatentDim { get; init; }

    /// <summary>The share of layers that looks back only over a window. By default none.</summary>
    public double? WindowShare { get; init; }

    /// <summary>How far those look back, in tokens.</summary>
    public int? WindowTokens { get; init; }

    /// <param name="name">The request's; without one, the model is called `own`.</param>
    public ModelArchitecture ToArchitecture(string? name)
    {
        var dense = RoutedExperts is null or 0;
        return new ModelArchitecture(
            name ?? "own", Layers, Hidden, Heads, KvHeads ?? Heads, HeadDim ?? (Heads > 0 ? Hidden / Heads : 0), Intermediate, Vocabulary, TotalParameters,
            ActiveParameters ?? (dense ? TotalParameters - (double)Vocabulary * Hidden : 0), NonExpertParameters ?? (dense ? TotalParameters : 0))
        {
            RoutedExperts = RoutedExperts ?? 0,
            ExpertsPerToken = ExpertsPerToken ?? 0,
            ExpertLayers = ExpertLayers ?? (dense ? 0 : Layers),
            LatentDim = LatentDim ?? 0,
            WindowShare = WindowShare ?? 0,
            WindowTokens = WindowTokens ?? 0,
        };
    }
}
