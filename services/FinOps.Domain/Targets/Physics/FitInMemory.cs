namespace FinOps.Domain.Targets.Physics;

/// <summary>What memory holds of a deployment: the weights first, keys and values in what is left. Bytes.</summary>
public static class FitInMemory
{
    /// <summary>Embedding and output layer stay in 16 bits when the rest is quantised.</summary>
    private const double EmbeddingBytes = 2;

    /// <returns>Never an error: less than one sequence, or negative free bytes, say that it does not fit.</returns>
    public static MemoryFit Of(ModelArchitecture model, Deployment deployment, Workload workload, Efficiency efficiency)
    {
        var (p, n) = (deployment.Parallelism, deployment.Parallelism.Accelerators);
        var (nonExpert, experts) = WeightBytes(model, deployment.Precision);
        var weights = (nonExpert * p.Data + experts) / n;
        var free = deployment.Accelerator.MemoryBytes * efficiency.Memory - efficiency.ReservedBytes - weights;
        var length = deployment.KvAllocation == KvAllocation.Contiguous
            ? Math.Max(deployment.LongestSequence, workload.PromptTokens + workload.OutputTokens)
            : workload.PromptTokens + workload.OutputTokens;
        var replicas = KvReplicas(model, p);
        var sequence = KvBytes(model, deployment.Precision, length) * replicas;
        return new MemoryFit(
            weights, KvBytesPerToken(model, deployment.Precision) * replicas, free, Math.Max(0, free * efficiency.CacheShare * n / sequence) * deployment.Copies);
    }

    /// <summary>Of one whole model: attention, dense layers and embeddings, and the experts. Products are taken with both.</summary>
    public static (double NonExpert, double Experts) WeightBytes(ModelArchitecture model, Precision precision)
    {
        var each = precision.Weights.Bytes;
        var embeddings = Math.Min(2.0 * model.Vocabulary * model.Hidden, model.NonExpertParameters);
        return (
            embeddings * Math.Max(EmbeddingBytes, each) + (model.NonExpertParameters - embeddings) * Math.Max(model.NonExpertBytesAtLeast, each),
            model.ExpertParameters * each);
    }

    /// <summary>Of one token in every layer, once.</summary>
    public static double KvBytesPerToken(ModelArchitecture model, Precision precision) =>
        (model.HasLatentAttention ? (double)model.Layers * model.LatentDim : 2.0 * model.Layers * model.KvHeads * model.HeadDim) * precision.KvCache.Bytes;

    /// <summary>Of a sequence of that many tokens, once: layers with a window forget what lies before it.</summary>
    public static double KvBytes(ModelArchitecture model, Precision precision, double tokens)
    {
        var windowed = model.WindowTokens > 0 ? Math.Min(tokens, model.WindowTokens) : tokens;
        return KvBytesPerToken(model, precision) * ((1 - model.WindowShare) * tokens + model.WindowShare * windowed);
    }

    /// <summary>How often a copy holds the same keys and values: tensor parallelism splits them by head, and latent ones not at all.</summary>
    public static double KvReplicas(ModelArchitecture model, Parallelism parallelism) =>
        model.HasLatentAttention ? parallelism.Tensor : Math.Max(1, (double)parallelism.Tensor / model.KvHeads);
}
