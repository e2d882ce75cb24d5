using FinOps.Domain.Targets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Targets;

public sealed class SweepRequestTests
{
    private static readonly EstimateRequest Base = new()
    {
        Model = "llama-3-70b",
        Accelerator = "H100-SXM-80GB",
        Weights = "fp8",
        PricePerAcceleratorHour = 2.5m,
        Currency = "USD",
    };

    [Fact]
    public void Every_combination_is_asked_and_the_last_list_varies_fastest()
    {
        var points = new SweepRequest(Base) { Accelerator = ["H100-SXM-80GB", "H200-SXM-141GB"], Concurrency = [1, 8, 64] }.Decide(KnownFacts.All, null, 100);

        Assert.Equal(
            [("H100-SXM-80GB", 1d), ("H100-SXM-80GB", 8d), ("H100-SXM-80GB", 64d), ("H200-SXM-141GB", 1d), ("H200-SXM-141GB", 8d), ("H200-SXM-141GB", 64d)],
            points.Select(p => (p.Asked.Accelerator!, p.Asked.Concurrency!.Value)));
        Assert.All(points, p => Assert.NotNull(p.Answer));
    }

    [Fact]
    public void What_cannot_be_is_there_with_its_reasons()
    {
        var points = new SweepRequest(Base with { Accelerators = 1 }) { Weights = ["fp16", "fp8"] }.Decide(KnownFacts.All, null, 100);

        Assert.Equal(["does_not_fit"], points[0].Reasons.Select(r => r.Code));
        Assert.Null(points[0].Answer);
        Assert.Empty(points[1].Reasons);
    }

    [Fact]
    public void What_is_wrong_with_all_refuses_the_sweep()
    {
        var refused = Assert.Throws<RejectedException>(() => new SweepRequest(Base with { Model = "nothing" }) { Concurrency = [1, 2] }.Decide(KnownFacts.All, null, 100));

        Assert.Equal(["model"], refused.Rejections.Select(r => r.Field));
    }

    [Fact]
    public void A_name_that_nobody_knows_among_others_is_told_in_its_place()
    {
        var points = new SweepRequest(Base) { Accelerator = ["H100-SXM-80GB", "X1"] }.Decide(KnownFacts.All, null, 100);

        Assert.Equal(["accelerator_unknown"], points[1].Reasons.Select(r => r.Code));
    }

    [Fact]
    public void Too_many_are_refused_before_any_is_made()
    {
        var refused = Assert.Throws<RejectedException>(() =>
            new SweepRequest(Base) { Concurrency = [.. Enumerable.Range(1, 1_000).Select(c => (double)c)], PromptTokens = [.. Enumerable.Range(1, 1_000).Select(c => (double)c)] }
                .Decide(KnownFacts.All, null, 10_000));

        Assert.Contains("1000000 configurations; at most 10000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_the_front_is_what_no_other_beats_in_cost_and_speed()
    {
        (string Name, double Speed, double Cost)[] all = [("slow and dear", 10, 5), ("slow and cheap", 10, 1), ("fast and dear", 50, 4), ("between", 20, 2), ("beaten", 20, 3)];

        Assert.Equal(["slow and cheap", "between", "fast and dear"], ParetoFront.Of([.. all.Select(a => (a.Name, a.Speed, a.Cost))]));
    }

    [Fact]
    public void Lengths_are_not_held_against_each_other()
    {
        var points = new SweepRequest(Base) { OutputTokens = [100, 1_000], Concurrency = [1, 16] }.Decide(KnownFacts.All, null, 100);

        Assert.All(points.GroupBy(p => p.Asked.OutputTokens), group => Assert.Contains(group, p => p.IsOnFront));
        Assert.All(points.Where(p => p.Asked.Concurrency == 16), p => Assert.True(p.IsOnFront));
    }
}
