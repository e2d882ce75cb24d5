using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Calibration;

/// <summary>One number that a fit may turn: never a physical fact.</summary>
/// <param name="Name">For people.</param>
/// <param name="Least">It goes no lower.</param>
/// <param name="Most">It goes no higher.</param>
/// <param name="Get">Its value.</param>
/// <param name="Set">With another value.</param>
public sealed record Knob(
    string Name, double Least, double Most, Func<Efficiencies, double> Get, Func<Efficiencies, double, Efficiencies> Set)
{
    /// <summary>Whose measurements it touches; null is all.</summary>
    public string? Engine { get; init; }

    /// <summary>Likewise.</summary>
    public string? Generation { get; init; }

    /// <summary>It is held near this value where measurements say little; null where nothing holds it.</summary>
    public double? Usually { get; init; }

    /// <summary>How strongly: so many measurements that are off by as much weigh the same, squared.</summary>
    public double HeldBy { get; init; } = 2;

    public bool Touches(Measurement measured) =>
        (Engine is null || measured.Engine == Engine) && (Generation is null || measured.Accelerator.Generation == Generation);

    /// <summary>Of <see cref="Efficiency"/>: shares may not pass 1, and stay where a kernel could be.</summary>
    public static readonly IReadOnlyList<Knob> Usuals =
    [
        Usual("weightReads", 0.4, 0.93, e => e.WeightReads, (e, v) => e with { WeightReads = v }),
        Usual("kvReads", 0.2, 0.95, e => e.KvReads, (e, v) => e with { KvReads = v }),
        Usual("flops16", 0.3, 0.9, e => e.Flops16, (e, v) => e with { Flops16 = v }),
        Usual("flops8", 0.3, 0.9, e => e.Flops8, (e, v) => e with { Flops8 = v }),
        Usual("flops4", 0.1, 0.9, e => e.Flops4, (e, v) => e with { Flops4 = v }),
        Usual("attention", 0.05, 0.9, e => e.Attention, (e, v) => e with { Attention = v }),
        Usual("latentAttention", 0.05, 0.9, e => e.LatentAttention, (e, v) => e with { LatentAttention = v }),
        Usual("experts", 0.05, 1, e => e.Experts, (e, v) => e with { Experts = v }),
        Usual("widening", 0.2, 1, e => e.Widening, (e, v) => e with { Widening = v }),
        Usual("halfwayColumns", 1, 6000, e => e.HalfwayColumns, (e, v) => e with { HalfwayColumns = v }),
        Usual("halfwayExpertColumns", 1, 6000, e => e.HalfwayExpertColumns, (e, v) => e with { HalfwayExpertColumns = v }),
        Usual("expertTileRows", 0.01, 200, e => e.ExpertTileRows, (e, v) => e with { ExpertTileRows = v }),
        Usual("activationBytes", 0.1, 100, e => e.ActivationBytes, (e, v) => e with { ActivationBytes = v }),
        Usual("dispatchBytes", 0.01, 60, e => e.DispatchBytes, (e, v) => e with { DispatchBytes = v }),
        Usual("links", 0.1, 0.95, e => e.Links, (e, v) => e with { Links = v }),
        Usual("collectiveSeconds", 1e-6, 4e-5, e => e.CollectiveSeconds, (e, v) => e with { CollectiveSeconds = v }),
        Usual("busCollectives", 0.5, 8, e => e.BusCollectives, (e, v) => e with { BusCollectives = v }),
        Usual("spreadExperts", 1, 4, e => e.SpreadExperts, (e, v) => e with { SpreadExperts = v }),
        Usual("layerSeconds", 1e-6, 1e-4, e => e.LayerSeconds, (e, v) => e with { LayerSeconds = v }),
        Usual("expertLayerSeconds", 1e-7, 1e-4, e => e.ExpertLayerSeconds, (e, v) => e with { ExpertLayerSeconds = v }),
        Usual("sequenceSeconds", 1e-7, 4e-5, e => e.SequenceSeconds, (e, v) => e with { SequenceSeconds = v }),
        Usual("reservedBytes", 0.5e9, 12e9, e => e.ReservedBytes, (e, v) => e with { ReservedBytes = v }),
        Usual("cacheShare", 0.7, 1, e => e.CacheShare, (e, v) => e with { CacheShare = v }),
        Usual("lostWaves", 0.01, 2, e => e.LostWaves, (e, v) => e with { LostWaves = v }),
        Usual("meanOfLimit", 0.3, 1, e => e.MeanOfLimit, (e, v) => e with { MeanOfLimit = v }),
        Usual("randomArrivals", 0.3, 1, e => e.RandomArrivals, (e, v) => e with { RandomArrivals = v }),
    ];

    /// <summary>Of an engine: speed as a whole, launching, and the cost of a sequence.</summary>
    public static IEnumerable<Knob> OfEngine(string engine) =>
    [
        Factor("scale", engine, null, f => f.Scale, (f, v) => f with { Scale = v }),
        Factor("layers", engine, null, f => f.Layers, (f, v) => f with { Layers = v }),
        Factor("sequences", engine, null, f => f.Sequences, (f, v) => f with { Sequences = v }),
    ];

    /// <summary>Of a generation of chips: how near its kernels come to its peaks, against the usual.</summary>
    public static IEnumerable<Knob> OfGeneration(string generation) =>
    [
        Factor("arithmetic", null, generation, f => f.Arithmetic, (f, v) => f with { Arithmetic = v }),
        Factor("bandwidth", null, generation, f => f.Bandwidth, (f, v) => f with { Bandwidth = v }),
    ];

    private static Knob Usual(string name, double least, double most, Func<Efficiency, double> get, Func<Efficiency, double, Efficiency> set) =>
        new(name, least, most, e => get(e.Usual), (e, value) => e with { Usual = set(e.Usual, value) });

    private static Knob Factor(string name, string? engine, string? generation, Func<EngineFactors, double> get, Func<EngineFactors, double, EngineFactors> set) =>
        new($"{engine ?? generation}.{name}", 0.2, 5, e => get(e.Row(engine, generation)), (e, value) => e.With(set(e.Row(engine, generation), value)))
        {
            Engine = engine,
            Generation = generation,
            Usually = 1,
        };
}
