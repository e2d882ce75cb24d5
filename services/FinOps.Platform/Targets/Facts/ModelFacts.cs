using FinOps.Domain.Targets.Physics;

namespace FinOps.Platform.Targets.Facts;

/// <summary>Rows of <c>models.json</c>: a language model each, with the fields of <see cref="ModelArchitecture"/>.</summary>
internal static class ModelFacts
{
    public const string File = "models.json";

    private static readonly FactBound<ModelArchitecture>[] Bounds =
    [
        new("layers", m => m.Layers, 1, 1_000, "layers"),
        new("hidden", m => m.Hidden, 64, 100_000, "numbers"),
        new("heads", m => m.Heads, 1, 1_024, "heads"),
        new("kvHeads", m => m.KvHeads, 1, m => m.Heads, "heads, no more than query heads"),
        new("headDim", m => m.HeadDim, 8, 1_024, "numbers"),
        new("intermediate", m => m.Intermediate, 64, 1_000_000, "numbers"),
        new("vocabulary", m => m.Vocabulary, 256, 2_000_000, "tokens"),
        new("totalParameters", m => m.TotalParameters, 1e6, 1e14, "parameters; 70 billion are 70e9"),
        new("activeParameters", m => m.ActiveParameters, 1e6, m => m.TotalParameters, "parameters, no more than in total"),
        new("nonExpertParameters", m => m.NonExpertParameters, 1e6, m => m.TotalParameters, "parameters, no more than in total"),
        new("expertsPerToken", m => m.IsMixtureOfExperts ? m.ExpertsPerToken : null, 1, m => m.RoutedExperts, "experts, no more than there are"),
        new("expertLayers", m => m.IsMixtureOfExperts ? m.ExpertLayers : null, 1, m => m.Layers, "layers, no more than there are"),
        new("latentDim", m => m.LatentDim, 0, 100_000, "numbers per token and layer"),
        new("windowShare", m => m.WindowShare, 0, 1, "the share of layers"),
        new("windowTokens", m => m.WindowShare > 0 ? m.WindowTokens : null, 1, 10_000_000, "tokens"),
        new("nonExpertBytesAtLeast", m => m.NonExpertBytesAtLeast, 0, 4, "bytes per number"),
        new("collectivesPerLayer", m => m.CollectivesPerLayer, 1, 16, "sums over chips"),
        // Layers, widths and parameters say the same twice.
        new("nonExpertParameters", m => m.IsMixtureOfExperts ? null : m.NonExpertParameters, m => m.TotalParameters, m => m.TotalParameters, "parameters: all of a dense model"),
        new("totalParameters", m => m.IsMixtureOfExperts ? null : m.TotalParameters / Dense(m), 0.6, 1.6, "what layers and widths make of it, as a ratio"),
        new("totalParameters", m => m.IsMixtureOfExperts ? m.ExpertParameters / Experts(m) : null, 0.6, 1.6, "what layers, widths and experts make of it, as a ratio"),
    ];

    public static ModelArchitecture? Of(FactRow row, List<string> flaws)
    {
        if (row.Read<ModelArchitecture>(flaws) is not { } model) return null;
        foreach (var bound in Bounds) bound.Check(model, row, flaws);
        return model;
    }

    /// <summary>Attention, three matrices of a feed-forward layer, embedding and head.</summary>
    private static double Dense(ModelArchitecture m) =>
        m.Layers * (2.0 * m.Hidden * m.HeadDim * (m.Heads + m.KvHeads) + 3.0 * m.Hidden * m.Intermediate) + 2.0 * m.Hidden * m.Vocabulary;

    private static double Experts(ModelArchitecture m) => 3.0 * m.Hidden * m.Intermediate * m.RoutedExperts * m.ExpertLayers;
}
