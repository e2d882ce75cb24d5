using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>How many accelerators a request means, and how a copy lies over them.</summary>
internal static class EstimateLayout
{
    private const int MostAccelerators = 100_000;

    public static void Check(EstimateRequest asked, ModelArchitecture? model, Accelerator? chip, Checks checks)
    {
        (string Field, int? Value)[] counts =
        [
            ("accelerators", asked.Accelerators), ("tensorParallel", asked.TensorParallel), ("pipelineParallel", asked.PipelineParallel),
            ("dataParallel", asked.DataParallel), ("expertParallel", asked.ExpertParallel),
        ];
        var wrong = counts.Where(c => c.Value is < 1 or > MostAccelerators).ToList();
        foreach (var (field, value) in wrong) checks.Fail("number_invalid", field, $"`{field}` is {value}; it lies between 1 and {MostAccelerators}.");
        if (wrong.Count > 0 || model is null || model.Heads < 1) return;

        if (asked.TensorParallel is { } tensor && model.Heads % tensor != 0)
        {
            var nearest = Enumerable.Range(1, model.Heads).Where(t => model.Heads % t == 0).MinBy(t => (Math.Abs(t - tensor), t));
            checks.Fail("heads_not_divided", "tensorParallel", $"`tensorParallel` is {tensor}, which does not divide the {model.Heads} heads of {model.Key}; the nearest that does is {nearest}.");
        }

        if (asked.PipelineParallel > model.Layers)
            checks.Fail("stages_too_many", "pipelineParallel", $"`pipelineParallel` is {asked.PipelineParallel}; {model.Key} has {model.Layers} layers to make stages of.");
        if (!model.IsMixtureOfExperts && asked.DataParallel > 1)
            checks.Fail("no_experts", "dataParallel", $"`dataParallel` shares experts, of which {model.Key} has none; leave it 1 and take more `accelerators`: they hold further copies.");
        if (!model.IsMixtureOfExperts && asked.ExpertParallel > 1)
            checks.Fail("no_experts", "expertParallel", $"`expertParallel` spreads experts, of which {model.Key} has none; leave it 1.");
        if (model.IsMixtureOfExperts && asked.ExpertParallel is { } expert && model.RoutedExperts % expert != 0)
        {
            var nearest = Enumerable.Range(1, model.RoutedExperts).Where(e => model.RoutedExperts % e == 0).MinBy(e => (Math.Abs(e - expert), e));
            checks.Fail("experts_not_divided", "expertParallel", $"`expertParallel` is {expert}, which does not divide the {model.RoutedExperts} experts of {model.Key}; the nearest that does is {nearest}.");
        }

        if (chip is { LinkBytesPerSecond: <= 0 } && counts.Skip(1).FirstOrDefault(c => c.Value > 1) is { Field: { } split })
            checks.Fail("no_link", split, $"`{split}` splits a copy over accelerators, but {chip.Key} has no link; leave it 1.");
    }

    /// <exception cref="RejectedException">No copy fits, or copies do not fill the accelerators; the message says the nearest that works.</exception>
    public static Deployment Of(EstimateRequest asked, EstimateTerms terms, Workload workload)
    {
        var one = new Deployment(terms.Accelerator!, 1, new Parallelism(1), terms.Precision!, asked.Engine ?? EstimateRequest.AnyEngine)
        {
            Batching = asked.Batching,
            KvAllocation = asked.KvAllocation,
            LongestSequence = asked.LongestSequence ?? 0,
            ChunkedPrefill = asked.ChunkedPrefill,
            Speculation = asked.Speculation,
            PowerCapWatts = asked.PowerCapWatts,
        };
        if (asked.MostSequences is { } most) one = one with { MostSequences = most };
        var search = new SmallestCopy(terms.Model!, one, workload, terms.Efficiency!);
        var layouts = search.Layouts(asked.TensorParallel, asked.PipelineParallel, asked.DataParallel ?? 1, asked.ExpertParallel);
        if (layouts.Count == 0)
        {
            throw new RejectedException(new Rejection(
                "experts_not_divided", "expertParallel",
                $"`expertParallel` is {asked.ExpertParallel}, which does not divide the accelerators of a copy; leave it out, or say `tensorParallel` and `dataParallel` so that it does."));
        }

        var filling = layouts.Where(p => asked.Accelerators is not { } n || (n >= p.Accelerators && n % p.Accelerators == 0)).ToList();
        if (search.Choose(filling) is { } chosen) return one with { Accelerators = asked.Accelerators ?? chosen.Accelerators, Parallelism = chosen };

        if (asked.Accelerators is { } given && search.Choose([.. layouts.Where(p => p.Accelerators <= given)]) is { } copy)
        {
            var below = given / copy.Accelerators * copy.Accelerators;
            throw new RejectedException(new Rejection(
                "copies_not_whole", "accelerators",
                $"`accelerators` is {given}; a copy takes {copy.Accelerators} ({copy}), and copies are whole: take {below} or {below + copy.Accelerators}."));
        }

        throw new RejectedException(search.DoesNotFit(asked, layouts.FindLast(p => asked.Accelerators is not { } n || p.Accelerators <= n) is { Tensor: > 0 } largest ? largest : layouts[0]));
    }
}
