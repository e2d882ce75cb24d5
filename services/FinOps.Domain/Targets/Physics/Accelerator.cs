namespace FinOps.Domain.Targets.Physics;

/// <summary>What a chip is, by its makers' word: nothing in it was fitted.</summary>
/// <param name="Key">As facts and fleets name it, for example <c>H100-SXM-80GB</c>.</param>
/// <param name="Generation">Whose efficiency factors hold for it, for example <c>hopper</c>; one without factors of its own takes the default's.</param>
/// <param name="MemoryBytes">What programs see, not the label on the box.</param>
/// <param name="MemoryBytesPerSecond">Peak.</param>
/// <param name="DenseFlops">Peak floating point (or integer) operations per second without sparsity, by arithmetic: fp32, fp16, fp8, fp4, int8.</param>
/// <param name="PowerWatts">Design power of the card.</param>
/// <param name="LinkBytesPerSecond">To its neighbours, in one direction; zero where it has none.</param>
/// <param name="LinkedAccelerators">How many it reaches at that speed, itself included.</param>
public sealed record Accelerator(
    string Key,
    string Generation,
    double MemoryBytes,
    double MemoryBytesPerSecond,
    IReadOnlyDictionary<string, double> DenseFlops,
    double PowerWatts,
    double LinkBytesPerSecond,
    int LinkedAccelerators)
{
    /// <summary>Arithmetic from coarse to fine: what a chip lacks, it does in the next coarser that it has.</summary>
    private static readonly string[] Coarser = ["fp4", "fp8", "fp16", "fp32"];

    /// <summary>Power that the whole system provides per accelerator, in watts; null where nobody says.</summary>
    public double? ProvisionedWatts { get; init; }

    /// <summary>In the words of its maker: <c>sxm</c>, <c>oam</c>, <c>pcie</c>, <c>nvl</c>, <c>rack</c>, <c>cpu</c>.</summary>
    public string FormFactor { get; init; } = "sxm";

    /// <summary>The arithmetic in which products of that format are really taken, and its peak.</summary>
    public (string Arithmetic, double Flops) Compute(string wanted)
    {
        if (DenseFlops.TryGetValue(wanted, out var own)) return (wanted, own);
        var start = Math.Max(0, Array.IndexOf(Coarser, wanted == "int8" ? "fp16" : wanted));
        foreach (var coarser in Coarser.AsSpan(start))
        {
            if (DenseFlops.TryGetValue(coarser, out var flops)) return (coarser, flops);
        }

        throw new ArgumentException($"{Key} has no arithmetic for {wanted} or anything coarser.", nameof(wanted));
    }
}
