using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Physics;

/// <summary>What a deployment does under a load: physics and a few efficiencies, no tables of measurements.</summary>
public static class EstimateDeployment
{
    /// <exception cref="RejectedException">It does not fit or makes no sense; the message says why, and the nearest that works.</exception>
    public static Estimate Of(ModelArchitecture model, Deployment deployment, Workload workload, Efficiency efficiency)
    {
        var (p, n) = (deployment.Parallelism, (double)deployment.Parallelism.Accelerators);
        var chip = deployment.Accelerator;
        var (prompt, output) = (workload.PromptTokens, workload.OutputTokens);
        var weightBytes = model.TotalParameters * deployment.Precision.Weights.Bytes;
        var kv = (model.HasLatentAttention ? model.Layers * model.LatentDim : 2.0 * model.Layers * model.KvHeads * model.HeadDim) * deployment.Precision.KvCache.Bytes;
        kv *= Math.Max(1, (double)p.Tensor / model.KvHeads);
        var free = chip.MemoryBytes * efficiency.Memory - efficiency.ReservedBytes - weightBytes / n;
        var most = free * n / (kv * (prompt + output));
        if (most < 1) throw new RejectedException(new Rejection("does_not_fit", "accelerators", $"{model.Key} does not fit on {n} {chip.Key}."));
        var asked = workload.Load is Load.Concurrency c ? c.Requests / deployment.Copies : double.PositiveInfinity;
        var running = Math.Min(Math.Min(asked, most), deployment.MostSequences * p.Data);
        var (arithmetic, flops) = chip.Compute(deployment.Precision.Activations.ComputesAs ?? "fp16");
        var share = arithmetic switch { "fp4" => efficiency.Flops4, "fp8" or "int8" => efficiency.Flops8, _ => efficiency.Flops16 };
        var bandwidth = n * chip.MemoryBytesPerSecond;
        var perToken = 2 * model.ActiveParameters / (n * flops * share);
        var context = prompt + output / 2;
        var decode = new TimeSplit(
            weightBytes / (bandwidth * efficiency.WeightReads), running * context * kv / (bandwidth * efficiency.KvReads), running * perToken, 0,
            p.Tensor > 1 ? 2 * model.Layers * efficiency.CollectiveSeconds : 0,
            efficiency.StepSeconds + efficiency.LayerSeconds * model.Layers + efficiency.SequenceSeconds * running);
        var uncached = prompt * (1 - workload.CachedPrefixShare);
        var prefill = new TimeSplit(0, 0, uncached * perToken, uncached * 4 * model.Layers * model.Heads * model.HeadDim * (prompt / 2) / (n * chip.Compute("fp16").Flops * efficiency.Attention), 0, 0);
        var step = decode.Total + running / output * prefill.Total;
        var kvShare = n * kv / (bandwidth * efficiency.KvReads);
        return new Estimate(
            new MemoryFit(weightBytes / n, kv, free, most * deployment.Copies), running * deployment.Copies, prefill, decode, running / step * deployment.Copies,
            prefill.Total + decode.Total, step, 0, 0, Math.Min(1, running / most), chip.PowerWatts,
            new TokenTimes(n * perToken, 0, 0, n * (decode.Total - decode.KvReads) / running, kvShare))
        {
            Accelerators = deployment.Accelerators,
            PromptTokensPerSecond = running / step * deployment.Copies * prompt / output,
            RequestsPerSecond = running / step * deployment.Copies / output,
        };
    }
}
