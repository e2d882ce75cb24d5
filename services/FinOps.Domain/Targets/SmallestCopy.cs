using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>
/// The fewest accelerators on which a copy fits with room to work: for sixteen sequences, or for those that are asked at once where they are
/// fewer; where no copy has that room, the one with the most. Layers are split over as many as are linked; beyond that, stages are made.
/// </summary>
internal sealed class SmallestCopy(ModelArchitecture model, Deployment one, Workload workload, Efficiency efficiency)
{
    private const double UsualSequences = 16;
    private const int MostStages = 16;
    private const double Giga = 1e9;

    /// <summary>Formats to which weights may be lowered where they do not fit.</summary>
    private static readonly NumberFormat[] Lower = [NumberFormat.Fp8, NumberFormat.EightBitInteger, NumberFormat.Fp4, NumberFormat.FourBitInteger];

    /// <returns>What the given numbers leave open, the fewest accelerators first: wider splits of layers, then stages of the widest.</returns>
    public List<Parallelism> Layouts(int? tensor, int? pipeline, int data, int? expert)
    {
        var isLinked = one.Accelerator.LinkBytesPerSecond > 0;
        List<int> tensors = tensor is { } t ? [t] : [.. Doubled(isLinked ? Math.Max(1, one.Accelerator.LinkedAccelerators / data) : 1).Where(n => model.Heads % n == 0)];
        var stages = pipeline is not null || !isLinked ? [] : Enumerable.Range(2, Math.Min(model.Layers, MostStages) - 1);
        return
        [
            .. tensors.Select(n => (n, pipeline ?? 1)).Concat(stages.Select(s => (tensors[^1], s)))
                .Select(l => new Parallelism(l.Item1, l.Item2, data, expert ?? Experts(l.Item1, data)))
                .Where(l => l.Tensor * l.Data % l.Expert == 0),
        ];
    }

    /// <param name="layouts">In the order of preference.</param>
    /// <returns>Null when none of them holds one sequence.</returns>
    public Parallelism? Choose(List<Parallelism> layouts)
    {
        var wanted = workload.Load is Load.Concurrency asked ? Math.Min(UsualSequences, asked.Requests) : UsualSequences;
        (Parallelism Layout, double Sequences) best = (default, 0);
        foreach (var layout in layouts)
        {
            var sequences = Fit(layout, one.Precision).MostSequences;
            if (sequences >= Math.Max(1, wanted)) return layout;
            if (sequences > best.Sequences) best = (layout, sequences);
        }

        return best.Sequences >= 1 ? best.Layout : null;
    }

    /// <summary>Why a layout does not hold one sequence, and what would.</summary>
    public Rejection DoesNotFit(EstimateRequest asked, Parallelism layout)
    {
        var fit = Fit(layout, one.Precision);
        var chip = one.Accelerator.Key;
        var length = workload.PromptTokens + workload.OutputTokens;
        var ways = new List<string>();
        if (Choose(Layouts(null, null, layout.Data, null)) is { } larger && larger.Accelerators != layout.Accelerators)
            ways.Add($"on {larger.Accelerators} of {chip} ({larger})");
        if (Lower.FirstOrDefault(f => f.Bytes < one.Precision.Weights.Bytes && Fit(layout, Precision.Of(f)).MostSequences >= 1) is { } format)
            ways.Add($"on {layout.Accelerators} with weights in {format}");
        var nearest = ways.Count > 0 ? $"It fits {string.Join(", or ", ways)}." : "Take an accelerator with more memory, a smaller model, or shorter sequences.";
        var field = asked.Accelerators is not null ? "accelerators" : asked.TensorParallel is not null ? "tensorParallel" : "accelerator";
        return new Rejection("does_not_fit", field, FormattableString.Invariant(
            $"{model.Key} in {one.Precision.Weights} does not fit on {layout.Accelerators} of {chip} ({layout}): of each, weights take {fit.WeightBytes / Giga:0.0} GB of {one.Accelerator.MemoryBytes / Giga:0.0}, {Math.Max(0, fit.FreeBytes * efficiency.CacheShare) / Giga:0.0} GB are left for keys and values, and a sequence of {length:0} tokens needs {fit.KvBytesPerToken * length / layout.Accelerators / Giga:0.0} GB. {nearest}"));
    }

    private MemoryFit Fit(Parallelism layout, Precision precision) =>
        FitInMemory.Of(model, one with { Parallelism = layout, Accelerators = layout.Accelerators, Precision = precision }, workload, efficiency);

    /// <summary>Engines spread the experts over all that share them, where they can.</summary>
    private int Experts(int tensor, int data) => data > 1 && model.RoutedExperts % (tensor * data) == 0 ? tensor * data : 1;

    private static IEnumerable<int> Doubled(int most)
    {
        for (var n = 1; n <= most; n *= 2) yield return n;
    }
}
