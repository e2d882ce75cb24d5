using System.Diagnostics;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Physics;
using FinOps.Platform.Hosting;
using FinOps.Platform.Targets.Facts;

namespace FinOps.Host.Benchmarks;

/// <summary>
/// One estimate from names to money, and a sweep as large as one may be; beside the ideal roofline of the same configurations: the longer of
/// reading all weights and keys once and of the products at peak, which is what a formula on paper takes. Needs no server.
/// </summary>
internal static class TargetsBenchmark
{
    private const int Estimates = 20_000;

    private static readonly string[] Models = ["llama-3-8b", "llama-3-70b", "qwen3-235b-a22b", "deepseek-r1", "gpt-oss-120b"];

    private static readonly string[] Chips = ["A100-SXM-80GB", "H100-SXM-80GB", "H200-SXM-141GB", "B200-SXM-180GB", "MI300X-192GB"];

    public static async Task<IReadOnlyList<Measurement>> MeasureAsync()
    {
        var (facts, prices) = (LoadFacts.Built.Facts, LoadFacts.Built.Prices);
        var sweep = new SweepRequest(new EstimateRequest { Accelerators = 8, Utilisation = 0.5m, CachedPrefixShare = 0.2 })
        {
            Model = Models,
            Accelerator = Chips,
            Weights = ["fp16", "fp8"],
            PromptTokens = [128, 512, 2_048, 8_192],
            Concurrency = [.. Enumerable.Range(1, Limits.SweepConfigurations / 200).Select(c => (double)c * c)],
        };
        // Once before it counts: what is compiled is what runs.
        var points = sweep.Decide(facts, prices, Limits.SweepConfigurations);
        var asked = points.Where(p => p.Answer is not null).ToList();
        var bottom = asked.Select(p => Roofline(p.Answer!.Plan)).Sum();
        var estimate = await PairedRounds.MeasureAsync(
            "target-estimate", "microseconds",
            $"from names to money, {Estimates} estimates of {Models.Length} models on {Chips.Length} chips, each layout searched; baseline: the ideal roofline of the same, laid out already",
            () =>
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < Estimates; i++) asked[i % asked.Count].Asked.Decide(facts, prices).Answer();
                var ours = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Estimates;
                start = Stopwatch.GetTimestamp();
                var sum = 0.0;
                for (var i = 0; i < Estimates; i++) sum += Roofline(asked[i % asked.Count].Answer!.Plan);
                var roofline = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Estimates;
                return Task.FromResult((ours, sum > 0 && bottom > 0 ? roofline : throw new InvalidOperationException("A roofline takes time.")));
            });
        return
        [
            estimate,
            await SweepAsync("target-sweep", "the front is marked", sweep),
            await SweepAsync("target-sweep-limits", "each load is searched that keeps two limits on latency; the front is marked", sweep with
            {
                Base = sweep.Base with { MaxSecondsPerOutputToken = 0.05, MaxSecondsToFirstToken = 2 },
                Concurrency = [],
                OutputTokens = [.. Enumerable.Range(1, Limits.SweepConfigurations / 200).Select(n => (double)n * 20)],
            }),
        ];

        Task<Measurement> SweepAsync(string name, string how, SweepRequest request)
        {
            var all = request.Decide(facts, prices, Limits.SweepConfigurations);
            return PairedRounds.MeasureAsync(
                name, "s", $"{all.Count} configurations, {all.Count(p => p.Answer is null)} of them cannot be and are told why; {how}; baseline: the ideal roofline of {asked.Count} such configurations",
                () =>
                {
                    var start = Stopwatch.GetTimestamp();
                    var made = request.Decide(facts, prices, Limits.SweepConfigurations).Count;
                    var ours = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    start = Stopwatch.GetTimestamp();
                    var sum = asked.Sum(p => Roofline(p.Answer!.Plan));
                    var roofline = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    return Task.FromResult((ours, made == all.Count && sum > 0 ? roofline : throw new InvalidOperationException("The sweep lost configurations.")));
                });
        }
    }

    /// <returns>Seconds of a step at the concurrency asked for, at the peak of everything.</returns>
    private static double Roofline(EstimatePlan plan)
    {
        var (model, chip, n) = (plan.Model, plan.Deployment.Accelerator, plan.Deployment.Accelerators);
        var running = ((Load.Concurrency)plan.Workload.Load).Requests;
        var (nonExpert, experts) = FitInMemory.WeightBytes(model, plan.Deployment.Precision);
        var context = plan.Workload.PromptTokens + plan.Workload.OutputTokens / 2;
        var bytes = nonExpert + experts + running * FitInMemory.KvBytes(model, plan.Deployment.Precision, context);
        var flops = 2 * model.ActiveParameters * running * (1 + plan.Workload.PromptTokens / plan.Workload.OutputTokens);
        return Math.Max(bytes / (n * chip.MemoryBytesPerSecond), flops / (n * chip.Compute(plan.Deployment.Precision.Activations.ComputesAs ?? "fp16").Flops));
    }
}
