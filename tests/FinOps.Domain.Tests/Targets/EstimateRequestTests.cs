using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Targets;

public sealed class EstimateRequestTests
{
    private static readonly EstimateRequest Usual = new() { Model = "llama-3-70b", Accelerator = "H100-SXM-80GB", Weights = "fp8" };

    [Fact]
    public void What_is_left_out_takes_its_usual_value()
    {
        var plan = Usual.Decide(KnownFacts.All);

        // 72.7 GB of weights leave one H100 room for 18 sequences of 2,000 tokens, so one is the smallest copy with room for 16.
        Assert.Equal((1, new Parallelism(1)), (plan.Deployment.Accelerators, plan.Deployment.Parallelism));
        Assert.Equal(new Precision(NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Fp8), plan.Deployment.Precision);
        Assert.Equal(new Workload(1_000, 1_000, 0, new Load.Maximum()), plan.Workload);
        Assert.Equal((Batching.Continuous, KvAllocation.Paged, true, 2048), (plan.Deployment.Batching, plan.Deployment.KvAllocation, plan.Deployment.ChunkedPrefill, plan.Deployment.MostSequences));
        Assert.Null(plan.Answer().Cost);
    }

    [Theory]
    [InlineData("llama-3-70b", "H100-SXM-80GB", "fp16", null, "TP2", 2)] // beside the weights, 17.8 GB hold 27 sequences of 655 MB
    [InlineData("llama-3-70b", "H100-SXM-80GB", "fp16", 1d, "TP2", 2)]
    [InlineData("llama-3-70b", "H200-SXM-141GB", "fp16", 1d, "TP1", 1)] // the weights leave room for one sequence, and one is asked
    [InlineData("llama-3-70b", "H200-SXM-141GB", "fp16", null, "TP2", 2)] // room for one is no room to work
    [InlineData("deepseek-r1", "H100-SXM-80GB", "fp8", null, "TP8 PP2", 16)] // eight linked hold 636 GB, the weights take 673
    [InlineData("gpt-oss-120b", "H100-SXM-80GB", "mxfp4", null, "TP1", 1)]
    public void The_smallest_copy_with_room_to_work_is_taken(string model, string chip, string weights, double? concurrency, string layout, int accelerators)
    {
        var plan = (Usual with { Model = model, Accelerator = chip, Weights = weights, Concurrency = concurrency }).Decide(KnownFacts.All);

        Assert.Equal((layout, accelerators), ($"{plan.Deployment.Parallelism}", plan.Deployment.Accelerators));
    }

    [Fact]
    public void Every_flaw_is_told_at_once_and_names_its_field()
    {
        var refused = Refused(Usual with
        {
            Model = "lama-3-70b",
            Accelerator = "H100",
            Engine = "vlm",
            Weights = "fp7",
            KvCache = "fp9",
            PromptTokens = -1,
            OutputTokens = 0,
            CachedPrefixShare = 1.2,
            Concurrency = 0,
            RequestsPerSecond = double.NaN,
            LongestSequence = 5,
            Speculation = new Speculation(0, -0.1, 2),
            PowerCapWatts = -1,
            Accelerators = 0,
            PricePerAcceleratorHour = -1,
            Utilisation = 0,
        });

        Assert.Equal(
            [
                "accelerator", "accelerators", "cachedPrefixShare", "concurrency", "concurrency", "currency", "engine", "kvCache", "longestSequence", "model", "outputTokens",
                "powerCapWatts", "pricePerAcceleratorHour", "promptTokens", "requestsPerSecond", "speculation.acceptance", "speculation.draftCost",
                "speculation.tokens", "utilisation", "weights",
            ],
            refused.Select(r => r.Field).Order(StringComparer.Ordinal));
        Assert.All(refused, r => Assert.DoesNotContain("  ", r.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("H100", "accelerator", "H100-SXM-80GB")]
    [InlineData("h200 sxm 141gb", "accelerator", "H200-SXM-141GB")]
    public void An_unknown_chip_is_told_with_the_nearest_names(string written, string field, string nearest)
    {
        var refused = Assert.Single(Refused(Usual with { Accelerator = written }));

        Assert.Equal(("accelerator_unknown", field), (refused.Code, refused.Field));
        Assert.Contains(nearest, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Upper_and_lower_case_of_names_are_one() =>
        Assert.Equal("H100-SXM-80GB", (Usual with { Accelerator = "h100-sxm-80gb" }).Decide(KnownFacts.All).Deployment.Accelerator.Key);

    [Fact]
    public void Missing_names_are_told_with_all_that_there_are()
    {
        var refused = Refused(new EstimateRequest());

        Assert.Equal(["model_missing", "accelerator_missing"], refused.Select(r => r.Code));
        Assert.Contains("gpt-oss-120b", refused[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_told_with_the_fewest_accelerators_and_the_format_that_do()
    {
        var refused = Assert.Single(Refused(Usual with { Weights = "fp16", Accelerators = 1 }));

        Assert.Equal(("does_not_fit", "accelerators"), (refused.Code, refused.Field));
        Assert.Contains("It fits on 2 of H100-SXM-80GB (TP2), or on 1 with weights in fp8.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("weights take 141.1 GB of 85.9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_fits_nowhere_says_so()
    {
        var refused = Assert.Single(Refused(Usual with { Model = "deepseek-r1", Accelerator = "L4-24GB", TensorParallel = 1, PipelineParallel = 1 }));

        Assert.Equal("does_not_fit", refused.Code);
        Assert.Contains("Take an accelerator with more memory", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, null, null, null, "tensorParallel", "the nearest that does is 2")]
    [InlineData(null, 81, null, null, "pipelineParallel", "80 layers")]
    [InlineData(null, null, 2, null, "dataParallel", "further copies")]
    [InlineData(null, null, null, 4, "expertParallel", "leave it 1")]
    public void A_split_that_the_model_does_not_allow_is_told(int? tensor, int? pipeline, int? data, int? expert, string field, string says)
    {
        var refused = Assert.Single(Refused(Usual with { TensorParallel = tensor, PipelineParallel = pipeline, DataParallel = data, ExpertParallel = expert }));

        Assert.Equal(field, refused.Field);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Experts_divide_over_the_accelerators_that_share_them()
    {
        var experts = Usual with { Model = "qwen3-235b-a22b", TensorParallel = 4 };

        Assert.Contains("the nearest that does is 2", Assert.Single(Refused(experts with { ExpertParallel = 3 })).Message, StringComparison.Ordinal);
        Assert.Equal("expertParallel", Assert.Single(Refused(experts with { ExpertParallel = 8 })).Field);
        Assert.Equal(new Parallelism(1, 1, 8, 8), (experts with { TensorParallel = 1, DataParallel = 8 }).Decide(KnownFacts.All).Deployment.Parallelism);
    }

    [Fact]
    public void Copies_are_whole()
    {
        var refused = Assert.Single(Refused(Usual with { TensorParallel = 4, Accelerators = 6 }));

        Assert.Equal(("copies_not_whole", "accelerators"), (refused.Code, refused.Field));
        Assert.Contains("take 4 or 8", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (Usual with { TensorParallel = 4, Accelerators = 8 }).Decide(KnownFacts.All).Deployment.Copies);
    }

    [Fact]
    public void What_fits_on_no_part_of_what_there_is_is_told_of_the_most_that_can_work_together()
    {
        var refused = Assert.Single(Refused(Usual with { Model = "deepseek-r1", Weights = "fp16", Accelerators = 12 }));

        Assert.Contains("does not fit on 8 of H100-SXM-80GB (TP8)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("It fits on 24 of H100-SXM-80GB (TP8 PP3)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Products_are_taken_in_a_format_that_computes_and_that_the_chip_knows()
    {
        Assert.Equal("activations_not_computed", Assert.Single(Refused(Usual with { Activations = "int4" })).Code);
        var refused = Assert.Single(Refused(Usual with { Weights = "fp32" }));
        Assert.Equal(("arithmetic_unknown", "weights"), (refused.Code, refused.Field));
        Assert.Equal("fp16", (Usual with { Weights = "awq" }).Decide(KnownFacts.All).Deployment.Precision.Activations.Name);
    }

    [Fact]
    public void A_chip_without_links_bears_no_split()
    {
        var refused = Assert.Single(Refused(Usual with { Model = "llama-3-8b", Accelerator = "Graviton4", Weights = "int4", TensorParallel = 2 }));

        Assert.Equal(("no_link", "tensorParallel"), (refused.Code, refused.Field));
    }

    [Fact]
    public void Contiguous_room_must_hold_a_sequence()
    {
        var refused = Assert.Single(Refused(Usual with { KvAllocation = KvAllocation.Contiguous, LongestSequence = 1_500 }));

        Assert.Contains("at least 2000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_static_batch_waits_for_its_longest_sequence()
    {
        var batch = Usual with { Batching = Batching.Static, Concurrency = 8 };

        var (even, uneven) = (batch.Decide(KnownFacts.All).Answer(), (batch with { LongestSequence = 3_000 }).Decide(KnownFacts.All).Answer());

        Assert.True(uneven.Estimate.OutputTokensPerSecond < 0.7 * even.Estimate.OutputTokensPerSecond);
        Assert.Equal("longest_unused", Assert.Single(Refused(batch with { Batching = Batching.Continuous, LongestSequence = 3_000 })).Code);
    }

    [Fact]
    public void A_latency_limit_below_what_one_sequence_needs_says_what_it_needs()
    {
        var limited = Usual with { MaxSecondsPerOutputToken = 1e-6 };
        var refused = Assert.Single(Refused(limited));

        Assert.Equal(("limit_too_low", "maxSecondsPerOutputToken"), (refused.Code, refused.Field));
        var told = double.Parse(refused.Message.Split("needs ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.IsType<Load.Latency>((limited with { MaxSecondsPerOutputToken = told }).Decide(KnownFacts.All).Workload.Load);
    }

    [Fact]
    public void More_requests_than_can_be_answered_say_how_many_accelerators_would()
    {
        var refused = Assert.Single(Refused(Usual with { RequestsPerSecond = 100 }));

        Assert.Equal(("rate_too_high", "requestsPerSecond"), (refused.Code, refused.Field));
        var told = int.Parse(refused.Message.Split("Take ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(told, (Usual with { RequestsPerSecond = 100, Accelerators = told }).Decide(KnownFacts.All).Deployment.Accelerators);
    }

    [Fact]
    public void The_load_is_said_in_one_way() =>
        Assert.Equal("load_ambiguous", Assert.Single(Refused(Usual with { Concurrency = 8, MaxSecondsToFirstToken = 1 })).Code);

    [Fact]
    public void A_model_may_be_described_in_place()
    {
        var plan = (Usual with { Model = "mine", Architecture = KnownFacts.Llama3Small with { Key = "x" } }).Decide(KnownFacts.All);

        Assert.Equal(KnownFacts.Llama3Small with { Key = "mine" }, plan.Model);
        Assert.Equal(
            ["architecture.kvHeads", "architecture.activeParameters"],
            Refused(Usual with { Architecture = KnownFacts.Llama3Small with { KvHeads = 5, ActiveParameters = 9e9 } }).Select(r => r.Field));
    }

    [Fact]
    public void A_price_gives_costs_and_utilisation_divides_them()
    {
        var priced = Usual with { PricePerAcceleratorHour = 2.5m, Currency = "USD" };
        var full = priced.Decide(KnownFacts.All).Answer();
        var half = (priced with { Utilisation = 0.5m }).Decide(KnownFacts.All).Answer();

        // The hour's money over the hour's tokens, at the mix of one prompt token to one of an answer.
        var perMillion = 2.5 * full.Estimate.Accelerators / 3600 / (full.Estimate.OutputTokensPerSecond + full.Estimate.PromptTokensPerSecond) * 1e6;
        Assert.Equal(perMillion, (double)full.Cost!.Blended.Amount, perMillion * 0.05);
        Assert.Equal(2 * (double)full.Cost.Blended.Amount, (double)half.Cost!.Blended.Amount, 9);
    }

    [Fact]
    public void Work_weights_are_relative_to_an_uncached_prompt_token_and_complete()
    {
        var answer = (Usual with { CachedPrefixShare = 0.5 }).Decide(KnownFacts.All).Answer();
        var weights = answer.WorkWeights.ToDictionary(w => w.Class.Name, w => w.WorkUnits);

        Assert.Equal((1m, 1m, 1m), (weights["uncachedInput"], weights["image"], weights["cacheWrite"]));
        Assert.True(weights["cacheRead"] < 1m);
        Assert.True(weights["output"] > 1m);
        Assert.Equal(UnitClass.All.Count(c => c.Side != UnitSide.Other), weights.Count);
    }

    private static IReadOnlyList<Rejection> Refused(EstimateRequest request) =>
        Assert.Throws<RejectedException>(() => request.Decide(KnownFacts.All)).Rejections;
}
