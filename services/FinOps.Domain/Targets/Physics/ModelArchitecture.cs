namespace FinOps.Domain.Targets.Physics;

/// <summary>What a language model is, by its published configuration.</summary>
/// <param name="Key">As facts and usage name it, for example <c>llama-3-70b</c>.</param>
/// <param name="Layers">Transformer layers.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads: fewer than queries with GQA, one with MQA.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Intermediate">Width of the feed-forward layer, or of one expert.</param>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="TotalParameters">All that must lie in memory.</param>
/// <param name="ActiveParameters">Those a token meets in products: without the input embedding.</param>
/// <param name="NonExpertParameters">Attention, dense layers, embeddings; all of a dense model.</param>
public sealed record ModelArchitecture(
    string Key,
    int Layers,
    int Hidden,
    int Heads,
    int KvHeads,
    int HeadDim,
    int Intermediate,
    int Vocabulary,
    double TotalParameters,
    double ActiveParameters,
    double NonExpertParameters)
{
    /// <summary>Experts to choose from in a layer; zero for a dense model.</summary>
    public int RoutedExperts { get; init; }

    /// <summary>Experts that a token is sent to.</summary>
    public int ExpertsPerToken { get; init; }

    /// <summary>Layers with experts.</summary>
    public int ExpertLayers { get; init; }

    /// <summary>Numbers that multi-head latent attention keeps per token and layer; zero where keys and values are kept.</summary>
    public int LatentDim { get; init; }

    /// <summary>The share of layers that looks back only over a window.</summary>
    public double WindowShare { get; init; }

    /// <summary>How far those look back, in tokens.</summary>
    public int WindowTokens { get; init; }

    /// <summary>Bytes per number below which attention and dense layers are not quantised, whatever the experts are; zero where all follow.</summary>
    public double NonExpertBytesAtLeast { get; init; }

    /// <summary>The format in which its experts were published and are served, whatever was asked; null where any may be chosen.</summary>
    public string? NativeFormat { get; init; }

    /// <summary>Sums over all chips of a copy that a layer needs when it is split: two, more where heads are normalised together.</summary>
    public int CollectivesPerLayer { get; init; } = 2;

    public bool IsMixtureOfExperts => RoutedExperts > 0;

    public bool HasLatentAttention => LatentDim > 0;

    public double ExpertParameters => TotalParameters - NonExpertParameters;
}
