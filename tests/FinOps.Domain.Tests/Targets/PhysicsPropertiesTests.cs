using CsCheck;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Targets;

/// <summary>What no measurement could change: each holds for random chips, models, splits, lengths and loads.</summary>
public sealed class PhysicsPropertiesTests
{
    /// <summary>Of floating point, where two ways lead to one figure.</summary>
    private const double Slack = 1e-9;

    private sealed record Case(ModelArchitecture Model, Deployment Deployment, Workload Workload)
    {
        public Efficiency Efficiency { get; init; } = KnownFacts.Usual;

        public Estimate Estimate => EstimateDeployment.Of(Model, Deployment, Workload, Efficiency);

        public double MostSequences => FitInMemory.Of(Model, Deployment, Workload, Efficiency).MostSequences;

        public Case At(Load load) => this with { Workload = Workload with { Load = load } };

        public Case At(double concurrency) => At(new Load.Concurrency(concurrency));

        public Case OnChip(Func<Accelerator, Accelerator> change) => this with { Deployment = Deployment with { Accelerator = change(Deployment.Accelerator) } };

        public Case Served(Func<Deployment, Deployment> change) => this with { Deployment = change(Deployment) };

        public TargetCost Cost => TargetCost.Of(Estimate, Workload, new Money(2.5m, Currency.Usd), 1m);

        public override string ToString() => $"{Model.Key} on {Deployment.Accelerators} {Deployment.Accelerator.Key} {Deployment.Parallelism} {Deployment.Precision}, {Workload}";
    }

    private static readonly Gen<Case> Any =
        from model in Gen.OneOfConst([.. KnownFacts.Models])
        from chip in Gen.OneOfConst(KnownFacts.A100, KnownFacts.H100, KnownFacts.H200, KnownFacts.B200)
        from format in Gen.OneOfConst(NumberFormat.Fp16, NumberFormat.Fp8, NumberFormat.FourBitInteger)
        from tensor in Gen.OneOfConst(1, 2, 4, 8)
        from pipeline in Gen.OneOfConst(1, 1, 2)
        from data in model.IsMixtureOfExperts ? Gen.OneOfConst(1, 1, 2, 4) : Gen.Const(1)
        from isSpread in Gen.Bool
        from copies in Gen.Int[1, 3]
        from prompt in Gen.Double[4, 13]
        from output in Gen.Double[4, 12]
        from cached in Gen.OneOfConst(0.0, 0.3, 0.9)
        from concurrency in Gen.Double[0, 8]
        let made = new Case(
            model,
            new Deployment(chip, tensor * pipeline * data * copies, new Parallelism(tensor, pipeline, data, isSpread ? data : 1), Precision.Of(format), "any"),
            new Workload(Math.Round(Math.Pow(2, prompt)), Math.Round(Math.Pow(2, output)), cached, new Load.Concurrency(Math.Ceiling(Math.Pow(2, concurrency)) * copies)))
        where made.MostSequences >= copies
        select made;

    private static readonly Gen<(Case Case, double Factor)> WithFactor = Gen.Select(Any, Gen.Double[1, 4]);

    [Fact]
    public void More_bandwidth_never_costs_speed() =>
        WithFactor.Sample((at, factor) => NoSlower(at, at.OnChip(c => c with { MemoryBytesPerSecond = c.MemoryBytesPerSecond * factor })));

    [Fact]
    public void More_arithmetic_never_costs_speed() =>
        WithFactor.Sample((at, factor) => NoSlower(at, at.OnChip(c => c with { DenseFlops = c.DenseFlops.ToDictionary(f => f.Key, f => f.Value * factor) })));

    [Fact]
    public void Faster_links_never_cost_speed() =>
        WithFactor.Sample((at, factor) => NoSlower(at, at.OnChip(c => c with { LinkBytesPerSecond = c.LinkBytesPerSecond * factor })));

    [Fact]
    public void More_memory_never_costs_throughput() =>
        WithFactor.Sample((at, factor) =>
        {
            var most = at.At(new Load.Maximum());
            var (before, after) = (most.Estimate, most.OnChip(c => c with { MemoryBytes = c.MemoryBytes * factor }).Estimate);
            Assert.True(after.OutputTokensPerSecond >= before.OutputTokensPerSecond * (1 - Slack));
            Assert.True(after.Memory.MostSequences >= before.Memory.MostSequences);
        });

    [Fact]
    public void Fewer_bits_of_weights_never_cost_speed() =>
        // What engines lose by widening on the way is theirs, not physics.
        Any.Select(at => at with { Efficiency = at.Efficiency with { Widening = 1 } }).Sample(at =>
        {
            foreach (var format in NumberFormat.All.Where(f => f.Bytes < at.Deployment.Precision.Weights.Bytes))
                NoSlower(at, at.Served(d => d with { Precision = d.Precision with { Weights = format } }));
        });

    [Fact]
    public void Eight_bits_throughout_never_cost_speed_where_there_is_arithmetic_for_them() =>
        Any.Where(c => c.Deployment.Precision.Weights == NumberFormat.Fp16 && c.Deployment.Accelerator.DenseFlops.ContainsKey("fp8"))
            .Sample(at => NoSlower(at, at.Served(d => d with { Precision = Precision.Of(NumberFormat.Fp8) })));

    [Fact]
    public void Fewer_bits_of_the_cache_never_cost_speed_and_hold_more() =>
        Any.Where(c => c.Deployment.Precision.KvCache == NumberFormat.Fp16).Sample(at =>
        {
            var smaller = at.Served(d => d with { Precision = d.Precision with { KvCache = NumberFormat.Fp8 } });
            NoSlower(at, smaller);
            Near(2 * at.MostSequences, smaller.MostSequences);
        });

    [Fact]
    public void Fewer_parameters_never_cost_speed() =>
        WithFactor.Sample((at, factor) => NoSlower(at, at with
        {
            Model = at.Model with
            {
                TotalParameters = at.Model.TotalParameters / factor,
                ActiveParameters = at.Model.ActiveParameters / factor,
                NonExpertParameters = at.Model.NonExpertParameters / factor,
            },
        }));

    [Fact]
    public void A_window_never_costs_speed() =>
        Any.Where(c => !c.Model.HasLatentAttention).Sample(at =>
            NoSlower(at with { Model = at.Model with { WindowShare = 0, WindowTokens = 0 } }, at with { Model = at.Model with { WindowShare = 0.75, WindowTokens = 512 } }));

    [Fact]
    public void A_cached_prefix_never_costs_speed() =>
        Any.Sample(at => NoSlower(at, at with { Workload = at.Workload with { CachedPrefixShare = 1 } }));

    [Fact]
    public void A_power_cap_never_gains_speed_and_is_kept() =>
        Gen.Select(Any, Gen.Double[0.3, 1]).Sample((at, share) =>
        {
            var cap = at.Deployment.Accelerator.PowerWatts * share;
            var capped = at.Served(d => d with { PowerCapWatts = cap });
            NoSlower(capped, at);
            Assert.True(capped.Estimate.WattsPerAccelerator <= cap * (1 + Slack));
        });

    [Fact]
    public void Room_for_the_longest_sequence_never_holds_more() =>
        WithFactor.Sample((at, factor) =>
        {
            var length = (int)Math.Ceiling((at.Workload.PromptTokens + at.Workload.OutputTokens) * factor);
            var contiguous = at.Served(d => d with { KvAllocation = KvAllocation.Contiguous, LongestSequence = length });
            Assert.True(contiguous.MostSequences <= at.MostSequences * (1 + Slack));
        });

    [Fact]
    public void A_static_batch_is_never_faster_than_a_continuous_one() =>
        Any.Sample(at => Assert.True(
            at.Served(d => d with { Batching = Batching.Static }).Estimate.OutputTokensPerSecond <= at.Estimate.OutputTokensPerSecond * (1 + Slack)));

    [Fact]
    public void Cost_falls_with_the_batch() =>
        WithFactor.Sample((at, factor) =>
        {
            var concurrency = ((Load.Concurrency)at.Workload.Load).Requests;
            var (few, many) = (at.At(concurrency), at.At(concurrency * factor));
            Assert.True(many.Cost.Blended.Amount <= few.Cost.Blended.Amount * (1 + (decimal)Slack), $"{few.Cost.Blended} → {many.Cost.Blended}");
        });

    [Fact]
    public void A_user_never_gains_speed_by_company() =>
        WithFactor.Sample((at, factor) =>
        {
            var concurrency = ((Load.Concurrency)at.Workload.Load).Requests;
            var (few, many) = (at.Estimate, at.At(concurrency * factor).Estimate);
            Assert.True(many.SecondsPerOutputToken >= few.SecondsPerOutputToken * (1 - Slack));
            // Among more sequences, more of the experts that a prompt meets have been read already.
            Assert.True(many.SecondsToFirstToken >= few.SecondsToFirstToken * (at.Model.IsMixtureOfExperts ? 0.8 : 1 - Slack));
            Assert.True(many.OutputTokensPerSecond >= few.OutputTokensPerSecond * (1 - Slack));
        });

    [Fact]
    public void Energy_is_drawn_and_shares_lie_between_nothing_and_all() =>
        Any.Sample(at =>
        {
            var estimate = at.Estimate;
            Assert.InRange(estimate.WattsPerAccelerator, double.Epsilon, at.Deployment.Accelerator.PowerWatts * (1 + Slack));
            Assert.True(at.Cost.JoulesPerToken > 0);
            Assert.All([estimate.FlopsShare, estimate.BandwidthShare, estimate.Load], share => Assert.InRange(share, double.Epsilon, 1 + Slack));
            Assert.All(
                new[] { estimate.Prefill, estimate.Decode }.SelectMany(t => new[] { t.Weights, t.KvReads, t.MatrixWork, t.Attention, t.Communication, t.Overhead }),
                seconds => Assert.InRange(seconds, 0, double.MaxValue));
            Near(Math.Min(((Load.Concurrency)at.Workload.Load).Requests, estimate.Memory.MostSequences), estimate.RunningSequences);
        });

    [Fact]
    public void Fewer_requests_than_copies_leave_copies_idle()
    {
        // Half as many requests as one copy's single sequence: as fast for each user, half the work, half the reading, twice the cost.
        Any.Sample(at =>
        {
            var alone = at.Served(d => d with { Accelerators = d.Parallelism.Accelerators });
            var (one, half) = (alone.At(1), alone.At(0.5));
            var (busy, idle) = (one.Estimate, half.Estimate);
            Near(0.5, idle.RunningSequences);
            Near(busy.SecondsPerOutputToken, idle.SecondsPerOutputToken);
            Near(busy.SecondsToFirstToken, idle.SecondsToFirstToken);
            Near(busy.OutputTokensPerSecond / 2, idle.OutputTokensPerSecond);
            Near(busy.FlopsShare / 2, idle.FlopsShare);
            Near(busy.BandwidthShare / 2, idle.BandwidthShare);
            Assert.True(idle.WattsPerAccelerator < busy.WattsPerAccelerator);
            Near(2 * (double)one.Cost.Blended.Amount, (double)half.Cost.Blended.Amount, 1e-6);
        });
    }

    [Fact]
    public void A_latency_limit_holds_and_one_more_sequence_would_break_it() =>
        WithFactor.Sample((at, factor) =>
        {
            var alone = at.At(at.Deployment.Copies).Estimate;
            var limit = alone.SecondsPerOutputToken * (1 + factor);
            var limited = at.At(new Load.Latency(limit, null)).Estimate;
            Assert.True(limited.SecondsPerOutputToken <= limit * (1 + 1e-6));
            var most = at.At(new Load.Maximum()).Estimate;
            if (most.SecondsPerOutputToken <= limit) Near(most.RunningSequences, limited.RunningSequences, 1e-6);
            else Assert.True(at.At(limited.RunningSequences + at.Deployment.Copies).Estimate.SecondsPerOutputToken > limit);
        });

    [Fact]
    public void A_limit_on_the_first_token_holds() =>
        WithFactor.Sample((at, factor) =>
        {
            var limit = at.At(at.Deployment.Copies).Estimate.SecondsToFirstToken * (1 + factor);
            Assert.True(at.At(new Load.Latency(null, limit)).Estimate.SecondsToFirstToken <= limit * (1 + 1e-6));
        });

    [Fact]
    public void Requests_at_once_are_requests_per_second_times_the_seconds_of_each() =>
        Any.Sample(at =>
        {
            var asked = at.Estimate;
            var byRate = at.At(new Load.RequestRate(asked.RequestsPerSecond)).Estimate;
            Near(asked.RequestsPerSecond, byRate.RequestsPerSecond, 1e-6);
            Near(asked.RunningSequences, byRate.RunningSequences, 1e-4);
            var seconds = asked.SecondsToFirstToken + (at.Workload.OutputTokens - 1) * asked.SecondsPerOutputToken;
            Near(asked.RunningSequences, asked.RequestsPerSecond * seconds, 0.01);
        });

    [Fact]
    public void Tokens_and_requests_are_one_stream() =>
        Any.Sample(at =>
        {
            var estimate = at.Estimate;
            Near(estimate.RequestsPerSecond * at.Workload.OutputTokens, estimate.OutputTokensPerSecond);
            Near(estimate.RequestsPerSecond * at.Workload.PromptTokens, estimate.PromptTokensPerSecond);
        });

    [Fact]
    public void What_the_tokens_of_a_second_take_is_what_the_accelerators_have() =>
        Any.Sample(at =>
        {
            var (estimate, work) = (at.Estimate, at.Workload);
            var perRequest = estimate.Shape.Of(work.PromptTokens, work.PromptTokens * work.CachedPrefixShare, work.OutputTokens);
            Near(estimate.Accelerators, estimate.RequestsPerSecond * perRequest, 1e-6);
        });

    [Fact]
    public void A_world_that_runs_twice_as_fast_takes_half_the_time()
    {
        // Units: every figure with seconds in it scales, every other one stays.
        Any.Sample(at =>
        {
            var fast = (at with { Efficiency = TwiceAsFast(at.Efficiency) }).OnChip(c => c with
            {
                MemoryBytesPerSecond = 2 * c.MemoryBytesPerSecond,
                LinkBytesPerSecond = 2 * c.LinkBytesPerSecond,
                DenseFlops = c.DenseFlops.ToDictionary(f => f.Key, f => 2 * f.Value),
            });
            var (before, after) = (at.Estimate, fast.Estimate);
            Near(before.Prefill.Total / 2, after.Prefill.Total);
            Near(before.Decode.Total / 2, after.Decode.Total);
            Near(before.SecondsPerOutputToken / 2, after.SecondsPerOutputToken);
            Near(before.SecondsToFirstToken / 2, after.SecondsToFirstToken);
            Near(2 * before.OutputTokensPerSecond, after.OutputTokensPerSecond);
            Near(before.RunningSequences, after.RunningSequences);
            Near(before.FlopsShare, after.FlopsShare);
            Near(before.BandwidthShare, after.BandwidthShare);
        });
    }

    [Fact]
    public void Guesses_that_never_hold_gain_nothing_and_better_ones_never_cost() =>
        Gen.Select(Any, Gen.Double[0, 0.95], Gen.Int[1, 6]).Sample((at, acceptance, tokens) =>
        {
            var useless = at.Served(d => d with { Speculation = new Speculation(tokens, 0, 0.05) });
            Assert.True(useless.Estimate.OutputTokensPerSecond <= at.Estimate.OutputTokensPerSecond * (1 + Slack));
            NoSlower(
                at.Served(d => d with { Speculation = new Speculation(tokens, acceptance, 0.05) }),
                at.Served(d => d with { Speculation = new Speculation(tokens, acceptance + 0.05, 0.05) }));
        });

    /// <summary>The second answers as many tokens, and each user as soon.</summary>
    private static void NoSlower(Case slow, Case fast)
    {
        var (one, other) = (slow.Estimate, fast.Estimate);
        Assert.True(
            other.OutputTokensPerSecond >= one.OutputTokensPerSecond * (1 - Slack),
            $"{slow}: {one.OutputTokensPerSecond} tokens/s → {fast}: {other.OutputTokensPerSecond}");
        // More sequences at once may be slower each; as many are not.
        if (other.RunningSequences <= one.RunningSequences * (1 + Slack))
            Assert.True(other.SecondsPerOutputToken <= one.SecondsPerOutputToken * (1 + Slack), $"{slow}: {one.SecondsPerOutputToken} s/token → {fast}: {other.SecondsPerOutputToken}");
    }

    private static void Near(double expected, double actual, double share = 1e-9) =>
        Assert.True(Math.Abs(actual - expected) <= Math.Abs(expected) * share, $"{actual} is not {expected} within {share}.");

    /// <summary>Whatever the factors are called, those that are times end so.</summary>
    private static Efficiency TwiceAsFast(Efficiency efficiency)
    {
        var fast = efficiency with { };
        foreach (var seconds in typeof(Efficiency).GetProperties().Where(p => p.Name.EndsWith("Seconds", StringComparison.Ordinal)))
            seconds.SetValue(fast, (double)seconds.GetValue(efficiency)! / 2);
        return fast;
    }
}
