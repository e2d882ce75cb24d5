using FinOps.Domain.Targets.Physics;

namespace FinOps.Platform.Targets.Facts;

/// <summary>Rows of <c>accelerators.json</c>: a chip each, with the fields of <see cref="Accelerator"/>.</summary>
internal static class AcceleratorFacts
{
    public const string File = "accelerators.json";

    private static readonly string[] FormFactors = ["sxm", "oam", "pcie", "nvl", "rack", "superchip", "board", "cpu"];

    /// <summary>Each no slower than the one before.</summary>
    private static readonly string[] CoarseToFine = ["fp32", "fp16", "fp8", "fp4"];

    private static readonly FactBound<Accelerator>[] Bounds =
    [
        new("memoryBytes", a => a.MemoryBytes, 1e9, 2e13, "bytes that programs see; 80 GB on the box are 85.9e9"),
        new("memoryBytesPerSecond", a => a.MemoryBytesPerSecond, 1e10, 1e14, "bytes per second; 3.35 TB/s is 3.35e12"),
        new("powerWatts", a => a.PowerWatts, 5, 20_000, "watts"),
        new("linkBytesPerSecond", a => a.LinkBytesPerSecond == 0 ? null : a.LinkBytesPerSecond, 1e9, 1e13, "bytes per second in one direction, or 0"),
        new("linkedAccelerators", a => a.LinkedAccelerators, 1, 100_000, "accelerators, itself included"),
        new("provisionedWatts", a => a.ProvisionedWatts, 5, 50_000, "watts"),
        // Arithmetic without memory to feed it, or the other way round, is a slip in one of the two.
        new("denseFlops", a => Peak16(a) / a.MemoryBytesPerSecond, 2, 2_000, "16-bit operations per byte of bandwidth; 989 TFLOPS are 989e12"),
    ];

    public static Accelerator? Of(FactRow row, List<string> flaws)
    {
        if (row.Read<Accelerator>(flaws) is not { } chip) return null;
        foreach (var bound in Bounds) bound.Check(chip, row, flaws);
        if (!FormFactors.Contains(chip.FormFactor)) flaws.Add(row.Flaw("formFactor", $"is '{chip.FormFactor}'; it is one of {string.Join(", ", FormFactors)}."));
        if (string.IsNullOrWhiteSpace(chip.Generation)) flaws.Add(row.Flaw("generation", "is empty; say whose efficiencies hold, for example hopper."));
        if (chip.DenseFlops.Keys.FirstOrDefault(k => k != "int8" && !CoarseToFine.Contains(k)) is { } unknown)
            flaws.Add(row.Flaw($"denseFlops.{unknown}", $"is no arithmetic; it is one of {string.Join(", ", CoarseToFine)}, int8."));
        if (!chip.DenseFlops.ContainsKey("fp16")) flaws.Add(row.Flaw("denseFlops.fp16", "is missing: attention is always done in 16 bits or more."));
        var peaks = CoarseToFine.Where(chip.DenseFlops.ContainsKey).ToList();
        foreach (var (coarse, fine) in peaks.Zip(peaks.Skip(1)).Where(p => chip.DenseFlops[p.Second] < chip.DenseFlops[p.First]))
            flaws.Add(row.Flaw($"denseFlops.{fine}", $"is below {coarse}; dense peaks do not fall with fewer bits."));
        return chip;
    }

    private static double? Peak16(Accelerator chip) => chip.DenseFlops.TryGetValue("fp16", out var flops) ? flops : null;
}
