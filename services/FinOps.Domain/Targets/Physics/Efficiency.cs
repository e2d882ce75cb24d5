namespace FinOps.Domain.Targets.Physics;

/// <summary>
/// How near engines come to the peaks of chips: the only fitted numbers of the model. Since the parts of a step are added, each share is of
/// its own part, not of the whole. The values that hold are rows of
/// <c>engines.json</c>, which <c>infra/finops targets fit</c> makes from measurements; those here are round ones, where a fit begins.
/// </summary>
public sealed record Efficiency
{
    /// <summary>Everything else: what the parts below do not explain, as a share of their speed. Of the engine.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Of memory bandwidth, when weights are read.</summary>
    public double WeightReads { get; init; } = 0.85;

    /// <summary>Of memory bandwidth, when keys and values are read.</summary>
    public double KvReads { get; init; } = 0.85;

    /// <summary>Of 16-bit peak arithmetic, in wide products.</summary>
    public double Flops16 { get; init; } = 0.75;

    /// <summary>Of 8-bit peak arithmetic, in wide products.</summary>
    public double Flops8 { get; init; } = 0.7;

    /// <summary>Of 4-bit peak arithmetic, in wide products.</summary>
    public double Flops4 { get; init; } = 0.5;

    /// <summary>Of 16-bit peak arithmetic, when a prompt's tokens look at each other.</summary>
    public double Attention { get; init; } = 0.4;

    /// <summary>Of 16-bit peak arithmetic, when latent keys and values are looked at while decoding.</summary>
    public double LatentAttention { get; init; } = 0.4;

    /// <summary>What products of experts reach of the shares above: many small ones instead of one.</summary>
    public double Experts { get; init; } = 0.7;

    /// <summary>What products reach whose weights have fewer bits than the arithmetic and are widened on the way.</summary>
    public double Widening { get; init; } = 0.7;

    /// <summary>A product this many columns wide on a chip reaches half of what a wide one does: splitting layers makes them narrow.</summary>
    public double HalfwayColumns { get; init; } = 1000;

    /// <summary>The same of an expert's products.</summary>
    public double HalfwayExpertColumns { get; init; } = 300;

    /// <summary>Rows that each expert in use works in vain, since products come in tiles.</summary>
    public double ExpertTileRows { get; init; } = 8;

    /// <summary>Bytes that go through memory beside weights and cache, per token, layer and number of the residual stream.</summary>
    public double ActivationBytes { get; init; } = 15;

    /// <summary>Bytes that go through memory when tokens are sorted by expert and back: per token, layer and expert, and number of stream and expert width.</summary>
    public double DispatchBytes { get; init; } = 8;

    /// <summary>Of link bandwidth.</summary>
    public double Links { get; init; } = 0.7;

    /// <summary>Before the first byte of a collective between two chips moves; half as much again for each doubling.</summary>
    public double CollectiveSeconds { get; init; } = 8e-6;

    /// <summary>How much longer that takes over a bus that all devices share.</summary>
    public double BusCollectives { get; init; } = 3;

    /// <summary>How much longer experts take that are spread over copies of the attention: all wait for the one with most to do.</summary>
    public double SpreadExperts { get; init; } = 1.3;

    /// <summary>Launching a layer, per step.</summary>
    public double LayerSeconds { get; init; } = 30e-6;

    /// <summary>Choosing experts and sending tokens to them, per layer with experts and step.</summary>
    public double ExpertLayerSeconds { get; init; } = 20e-6;

    /// <summary>Per running sequence and step: scheduling, sampling, answering.</summary>
    public double SequenceSeconds { get; init; } = 8e-6;

    /// <summary>Of memory that programs may have at all.</summary>
    public double Memory { get; init; } = 0.98;

    /// <summary>Per chip for everything but weights and cache.</summary>
    public double ReservedBytes { get; init; } = 3e9;

    /// <summary>Of what is left, the share that an engine takes for the cache.</summary>
    public double CacheShare { get; init; } = 0.9;

    /// <summary>Waves of full batches that a run loses by starting and ending empty.</summary>
    public double LostWaves { get; init; } = 0.3;

    /// <summary>Share of a limit on the slowest of a hundred answers that the mean may take.</summary>
    public double MeanOfLimit { get; init; } = 0.8;

    /// <summary>Share of the throughput that is left when requests come at random and the slowest of a hundred must keep a limit.</summary>
    public double RandomArrivals { get; init; } = 0.9;

    /// <summary>Times an engine's and a generation's factors.</summary>
    public Efficiency Times(EngineFactors factors) => this with
    {
        Scale = Scale * factors.Scale,
        LayerSeconds = LayerSeconds * factors.Layers,
        ExpertLayerSeconds = ExpertLayerSeconds * factors.Layers,
        SequenceSeconds = SequenceSeconds * factors.Sequences,
        WeightReads = WeightReads * factors.Bandwidth,
        KvReads = KvReads * factors.Bandwidth,
        ActivationBytes = ActivationBytes / factors.Bandwidth,
        DispatchBytes = DispatchBytes / factors.Bandwidth,
        Flops16 = Flops16 * factors.Arithmetic,
        Flops8 = Flops8 * factors.Arithmetic,
        Flops4 = Flops4 * factors.Arithmetic,
        Attention = Attention * factors.Arithmetic,
        LatentAttention = LatentAttention * factors.Arithmetic,
    };
}

/// <summary>By how much an engine, a generation of chips, or an engine on a generation departs from the usual.</summary>
/// <param name="Engine">Null is any.</param>
/// <param name="Generation">Null is any.</param>
public sealed record EngineFactors(string? Engine, string? Generation)
{
    /// <summary>On speed as a whole.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>On the time to launch layers.</summary>
    public double Layers { get; init; } = 1;

    /// <summary>On the time per running sequence.</summary>
    public double Sequences { get; init; } = 1;

    /// <summary>On the shares of peak arithmetic.</summary>
    public double Arithmetic { get; init; } = 1;

    /// <summary>On the shares of memory bandwidth.</summary>
    public double Bandwidth { get; init; } = 1;
}
