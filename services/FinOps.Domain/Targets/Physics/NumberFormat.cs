namespace FinOps.Domain.Targets.Physics;

/// <summary>A format of numbers in which weights, activations or a KV cache are kept, and what they take.</summary>
/// <param name="Name">Lower case, the field's name.</param>
/// <param name="Bytes">Bytes per number, scales of groups included.</param>
/// <param name="ComputesAs">
/// The arithmetic of products with it, a key of <see cref="Accelerator.DenseFlops"/>; null where it only stores and products are taken in the
/// format of the activations.
/// </param>
public sealed record NumberFormat(string Name, double Bytes, string? ComputesAs)
{
    public static readonly NumberFormat Fp32 = new("fp32", 4, "fp32");
    public static readonly NumberFormat Fp16 = new("fp16", 2, "fp16");
    public static readonly NumberFormat Fp8 = new("fp8", 1, "fp8");
    public static readonly NumberFormat EightBitInteger = new("int8", 1, "int8");

    /// <summary>Four bits and one 16-bit scale per 128 numbers, a zero point each: GPTQ's and AWQ's usual group.</summary>
    public static readonly NumberFormat FourBitInteger = new("int4", 0.5 + 2.5 / 128, null);

    /// <summary>NVFP4: four bits and one 8-bit scale per 16 numbers.</summary>
    public static readonly NumberFormat Fp4 = new("fp4", 0.5 + 1.0 / 16, "fp4");

    /// <summary>OCP MX: four bits and one 8-bit scale per 32 numbers.</summary>
    public static readonly NumberFormat Mxfp4 = new("mxfp4", 0.5 + 1.0 / 32, null);

    public static readonly IReadOnlyList<NumberFormat> All = [Fp32, Fp16, Fp8, EightBitInteger, FourBitInteger, Fp4, Mxfp4];

    private static readonly Dictionary<string, NumberFormat> ByName = new(All.ToDictionary(f => f.Name), StringComparer.OrdinalIgnoreCase)
    {
        ["bf16"] = Fp16,
        ["gptq"] = FourBitInteger,
        ["awq"] = FourBitInteger,
        ["nvfp4"] = Fp4,
    };

    /// <summary>Every name that is understood.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <returns>Null when no format has the name.</returns>
    public static NumberFormat? Find(string name) => ByName.GetValueOrDefault(name);

    public override string ToString() => Name;
}

/// <summary>In what weights, activations and the KV cache are kept.</summary>
public sealed record Precision(NumberFormat Weights, NumberFormat Activations, NumberFormat KvCache)
{
    /// <summary>As engines serve a checkpoint of that format: below 16 bits the cache is kept in 8, activations follow where there is arithmetic for them.</summary>
    public static Precision Of(NumberFormat weights) => new(
        weights,
        weights.ComputesAs is null ? NumberFormat.Fp16 : weights,
        weights.Bytes >= 2 ? NumberFormat.Fp16 : NumberFormat.Fp8);

    /// <summary>
    /// As a model is served on a chip when that format is asked for: one with a format of its own keeps it, with 8-bit activations where the chip
    /// multiplies 4 by 8 bits, else 16-bit ones and a 16-bit cache.
    /// </summary>
    public static Precision Served(ModelArchitecture model, NumberFormat asked, Accelerator chip)
    {
        if (model.NativeFormat is not { } name) return Of(asked);
        var native = NumberFormat.Find(name) ?? throw new ArgumentException($"{model.Key} names an unknown format: {name}.", nameof(model));
        return chip.DenseFlops.ContainsKey("fp4")
            ? new Precision(native, NumberFormat.Fp8, NumberFormat.Fp8)
            : new Precision(native, NumberFormat.Fp16, NumberFormat.Fp16);
    }
}
