namespace FinOps.Domain.Targets.Physics;

/// <summary>How one copy of a model is laid over accelerators.</summary>
/// <param name="Tensor">Accelerators over which each layer is split.</param>
/// <param name="Pipeline">Stages of layers.</param>
/// <param name="Data">Copies of the attention that share one set of experts (attention data parallelism); 1 for a dense model.</param>
/// <param name="Expert">Accelerators over which experts are spread whole; the rest of the copy splits each of them.</param>
public readonly record struct Parallelism(int Tensor, int Pipeline = 1, int Data = 1, int Expert = 1)
{
    /// <summary>Accelerators of one copy.</summary>
    public int Accelerators => Tensor * Pipeline * Data;

    public override string ToString() =>
        $"TP{Tensor}{(Pipeline > 1 ? $" PP{Pipeline}" : "")}{(Data > 1 ? $" DP{Data}" : "")}{(Expert > 1 ? $" EP{Expert}" : "")}";
}

public enum Batching
{
    /// <summary>Sequences join and leave at every step.</summary>
    Continuous,

    /// <summary>A batch starts together and ends with its longest sequence.</summary>
    Static,
}

public enum KvAllocation
{
    /// <summary>Blocks as they are needed.</summary>
    Paged,

    /// <summary>Room for the longest sequence, whether it is used or not.</summary>
    Contiguous,
}

/// <summary>Guessing tokens with a cheap draft and verifying them together.</summary>
/// <param name="Tokens">Guessed per step, one or more.</param>
/// <param name="Acceptance">The chance that a guess holds, given that those before it did: 0 to 1.</param>
/// <param name="DraftCost">What one guess costs, as a share of a step of the model at the same batch: 0 to 1.</param>
public readonly record struct Speculation(int Tokens, double Acceptance, double DraftCost)
{
    /// <summary>Tokens that a verification step yields on average.</summary>
    public double TokensPerStep => Acceptance >= 1 ? Tokens + 1 : (1 - Math.Pow(Acceptance, Tokens + 1)) / (1 - Acceptance);
}

/// <summary>Where and how a model is served.</summary>
/// <param name="Accelerator">The chip.</param>
/// <param name="Accelerators">How many there are: whole copies of <paramref name="Parallelism"/>.</param>
/// <param name="Parallelism">Of one copy.</param>
/// <param name="Precision">Of weights, activations and cache.</param>
/// <param name="Engine">Key of its efficiency factors, for example <c>vllm</c>.</param>
public sealed record Deployment(
    Accelerator Accelerator, int Accelerators, Parallelism Parallelism, Precision Precision, string Engine)
{
    public Batching Batching { get; init; } = Batching.Continuous;

    public KvAllocation KvAllocation { get; init; } = KvAllocation.Paged;

    /// <summary>Under <see cref="KvAllocation.Contiguous"/>: the length that room is kept for, in tokens.</summary>
    public int LongestSequence { get; init; }

    /// <summary>Prompts are read in pieces beside decoding; otherwise a prompt stops the decoding of others until it is read.</summary>
    public bool ChunkedPrefill { get; init; } = true;

    /// <summary>Null without.</summary>
    public Speculation? Speculation { get; init; }

    /// <summary>Watts a chip may draw; null is its design power.</summary>
    public double? PowerCapWatts { get; init; }

    /// <summary>Sequences that the engine runs at once in one copy of the attention, whatever memory would hold.</summary>
    public int MostSequences { get; init; } = 2048;

    public int Copies => Accelerators / Parallelism.Accelerators;
}
