using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What batches, lengths and sizes are said to do.</summary>
internal static class ClaimsOnBatches
{
    private const double Giga = 1e9;

    public static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas = new()
    {
        [13] = c =>
        [
            new("bytes per parameter and token", "bytes", NumberFormat.Fp16.Bytes),
            new("with 8 bits and 32 at once", "bytes", NumberFormat.Fp8.Bytes / 32),
        ],
        [14] = c =>
        [
            new("read per token", "GB", c.WeightBytes("llama-3-70b", NumberFormat.Fp16) / Giga),
            new("in 32 bits, which is full precision", "GB", c.WeightBytes("llama-3-70b", NumberFormat.Fp32) / Giga),
        ],
        [15] = c =>
        {
            var chip = c.Chip("H100-SXM-80GB");
            var ridge = chip.DenseFlops["fp16"] / chip.MemoryBytesPerSecond;
            return [new("idle arithmetic", "share", 1 - 1 / ridge), new("operations per byte where memory and arithmetic balance", "FLOP/byte", ridge)];
        },
        [16] = c =>
        {
            var (one, many) = (c.Estimate("one at a time").Estimate, c.Estimate("batch of 32").Estimate);
            var latency = (many.SecondsPerOutputToken / one.SecondsPerOutputToken) - 1;
            return
            [
                new("cost", ClaimPoint.Saving, 1 - one.OutputTokensPerSecond / many.OutputTokensPerSecond), new("latency", "share more", latency),
                new("saving that the claimed latency implies", ClaimPoint.Saving, 1 - (1 + c.Claimed("latency")) / 32),
                new("latency that the claimed saving implies", "share more", (1 - c.Claimed("cost")) * 32 - 1),
            ];
        },
        [17] = c =>
        {
            var (shorter, longer) = (PromptFlops(c.Model("llama-3-70b"), c.Given("fromTokens")), PromptFlops(c.Model("llama-3-70b"), c.Given("toTokens")));
            var attention = AttentionFlops(c.Model("llama-3-70b"), c.Given("toTokens"));
            return
            [
                new("power of the length", "exponent", Math.Log(longer / shorter) / Math.Log(c.Given("toTokens") / c.Given("fromTokens"))),
                new("attention's share of the arithmetic at the longer", "share", attention / longer),
            ];
        },
        [18] = c =>
        {
            var model = c.Model("llama-3-70b");
            var (shorter, longer) = (c.Given("shortTokens"), c.Given("longTokens"));
            return
            [
                new("ratio", "ratio", PromptFlops(model, longer) / PromptFlops(model, shorter)),
                new("if it were linear", "ratio", longer / shorter), new("if it were quadratic", "ratio", longer * longer / shorter / shorter),
                new("cost of a million answer tokens", "ratio", c.HoursPerMillionOutput("long") / c.HoursPerMillionOutput("short")),
            ];
        },
        [19] = c =>
        {
            var (first, second) = (Step("llama-3-8b", "llama-3-70b"), Step("llama-3-70b", "llama-3.1-405b"));
            return
            [
                ClaimFigure.Over("beyond the ratio of parameters", "ratio", first, second), new("8B to 70B", "ratio", first), new("70B to 405B", "ratio", second),
                new("70B to a 175B that keeps keys and values of all heads", "ratio", Step("llama-3-70b", "opt-175b")),
            ];

            double Step(string smaller, string larger) =>
                c.HoursPerMillionOutput(larger) / c.HoursPerMillionOutput(smaller) / (c.Model(larger).TotalParameters / c.Model(smaller).TotalParameters);
        },
    };

    /// <summary>Of a whole prompt: 2·A for each token, and attention.</summary>
    private static double PromptFlops(ModelArchitecture model, double tokens) => 2 * model.ActiveParameters * tokens + AttentionFlops(model, tokens);

    /// <summary>Each token against half of the prompt on average, twice two operations for each of the heads' numbers: 4·L·heads·headDim·tokens/2.</summary>
    private static double AttentionFlops(ModelArchitecture model, double tokens) => 4.0 * model.Layers * model.Heads * model.HeadDim * tokens * tokens / 2;
}
