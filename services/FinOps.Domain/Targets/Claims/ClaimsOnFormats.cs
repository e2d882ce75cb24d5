using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What fewer bits are said to save.</summary>
internal static class ClaimsOnFormats
{
    public static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas = new()
    {
        [20] = c =>
        [
            new("smaller by", "ratio", NumberFormat.Fp32.Bytes / NumberFormat.EightBitInteger.Bytes),
            new("cost", ClaimPoint.Saving, 1 - NumberFormat.EightBitInteger.Bytes / NumberFormat.Fp32.Bytes),
            new("bytes against 16 bits, in which models are served", ClaimPoint.Saving, 1 - NumberFormat.EightBitInteger.Bytes / NumberFormat.Fp16.Bytes),
            new("cost against 16 bits, 70B on four H100, short answers", ClaimPoint.Saving, Saved(c, "short in 16 bits", "short in 8 bits")),
            new("cost against 16 bits, 70B on four H100, long answers", ClaimPoint.Saving, Saved(c, "long in 16 bits", "long in 8 bits")),
        ],
        [26] = c =>
        [
            new("traffic", ClaimPoint.Saving, 1 - NumberFormat.FourBitInteger.Bytes / NumberFormat.Fp32.Bytes),
            new("against 16 bits", ClaimPoint.Saving, 1 - NumberFormat.FourBitInteger.Bytes / NumberFormat.Fp16.Bytes),
        ],
        [27] = c => [new("bits", "bits per weight", 8 * NumberFormat.Find("awq")!.Bytes)],
        [28] = c =>
        [
            ClaimFigure.Over(
                "cheaper by", "ratio", c.OutputPerSecond("full in 8 bits") / c.OutputPerSecond("full in 16 bits"),
                c.OutputPerSecond("one at a time in 4 bits") / c.OutputPerSecond("one at a time in 16 bits")),
            new("most that fewer bytes can give", "ratio", NumberFormat.Fp16.Bytes / NumberFormat.FourBitInteger.Bytes),
        ],
        [35] = c =>
        {
            var shares = new[] { "mixtral-8x7b", "qwen3-235b-a22b", "deepseek-r1", "gpt-oss-120b" }
                .ToDictionary(k => k, k => 1 - c.Model(k).ActiveParameters / c.Model(k).TotalParameters);
            return
            [
                ClaimFigure.Over("arithmetic", ClaimPoint.Saving, [.. shares.Values]),
                .. shares.Select(s => new ClaimFigure($"arithmetic of {s.Key}", ClaimPoint.Saving, s.Value)),
                new("memory", ClaimPoint.Saving, 0),
            ];
        },
    };

    private static double Saved(ClaimCase c, string before, string after) => 1 - c.OutputPerSecond(before) / c.OutputPerSecond(after);
}
