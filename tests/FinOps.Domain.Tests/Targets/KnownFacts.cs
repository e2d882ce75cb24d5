using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Tests.Targets;

/// <summary>A few chips and models by their makers' word, for tests that do by hand what the model does.</summary>
internal static class KnownFacts
{
    public static readonly Accelerator A100 = Chip("A100-SXM-80GB", "ampere", 85.9e9, 2.039e12, 312e12, null, null, 400, 300e9, 8);
    public static readonly Accelerator H100 = Chip("H100-SXM-80GB", "hopper", 85.9e9, 3.35e12, 989e12, 1979e12, null, 700, 450e9, 8);
    public static readonly Accelerator H200 = Chip("H200-SXM-141GB", "hopper", 150.8e9, 4.8e12, 989e12, 1979e12, null, 700, 450e9, 8);
    public static readonly Accelerator B200 = Chip("B200-SXM-180GB", "blackwell", 193.3e9, 8.0e12, 2250e12, 4500e12, 9000e12, 1000, 900e9, 8);
    public static readonly Accelerator L4 = Chip("L4-24GB", "ada", 25.8e9, 0.3e12, 121e12, 242e12, null, 72, 32e9, 1);
    public static readonly Accelerator Graviton4 = Chip("Graviton4", "neoverse", 768e9, 0.537e12, 5e12, null, null, 250, 0, 1);

    public static readonly ModelArchitecture Llama2Small = new(
        "llama-2-7b", 32, 4096, 32, 32, 128, 11008, 32000, 6_738_149_376, 6_607_077_376, 6_738_149_376);

    public static readonly ModelArchitecture Llama3Large = new(
        "llama-3-70b", 80, 8192, 64, 8, 128, 28672, 128256, 70_552_387_584, 69_501_714_432, 70_552_387_584);

    public static readonly ModelArchitecture Llama3Small = new(
        "llama-3-8b", 32, 4096, 32, 8, 128, 14336, 128256, 8_029_995_008, 7_504_658_432, 8_029_995_008);

    public static readonly ModelArchitecture DeepSeek = new(
        "deepseek-r1", 61, 7168, 128, 128, 128, 2048, 129280, 671_000_000_000, 37_500_000_000, 17_091_229_184)
    {
        RoutedExperts = 256,
        ExpertsPerToken = 8,
        ExpertLayers = 58,
        LatentDim = 576,
        NonExpertBytesAtLeast = 1,
    };

    public static readonly ModelArchitecture Qwen = new(
        "qwen3-235b-a22b", 94, 4096, 64, 4, 128, 1536, 151936, 235_100_000_000, 22_200_000_000, 8_003_604_224)
    {
        RoutedExperts = 128,
        ExpertsPerToken = 8,
        ExpertLayers = 94,
    };

    public static readonly ModelArchitecture GptOss = new(
        "gpt-oss-120b", 36, 2880, 64, 8, 64, 2880, 201088, 116_800_000_000, 5_100_000_000, 2_138_214_400)
    {
        RoutedExperts = 128,
        ExpertsPerToken = 4,
        ExpertLayers = 36,
        WindowShare = 0.5,
        WindowTokens = 128,
        NonExpertBytesAtLeast = 2,
    };

    /// <summary>As engines usually are, but with round figures of memory.</summary>
    public static readonly Efficiency Usual = new() { Memory = 0.96, ReservedBytes = 3e9, CacheShare = 1 };

    public static readonly IReadOnlyList<Accelerator> Chips = [A100, H100, H200, B200, L4, Graviton4];

    public static readonly IReadOnlyList<ModelArchitecture> Models = [Llama2Small, Llama3Large, Llama3Small, DeepSeek, Qwen, GptOss];

    public static readonly TargetFacts All = new(
        Chips.ToDictionary(c => c.Key), Models.ToDictionary(m => m.Key),
        new Efficiencies(Usual, [new EngineFactors("vllm", null), new EngineFactors("trtllm", null)]));

    private static Accelerator Chip(
        string key, string generation, double memory, double bandwidth, double flops16, double? flops8, double? flops4, double watts, double link, int linked)
    {
        var flops = new Dictionary<string, double> { ["fp16"] = flops16 };
        if (flops8 is { } eight) flops["fp8"] = eight;
        if (flops4 is { } four) flops["fp4"] = four;
        return new Accelerator(key, generation, memory, bandwidth, flops, watts, link, linked);
    }
}
