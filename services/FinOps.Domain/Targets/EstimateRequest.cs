using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>
/// A question for an estimate, in names and numbers as people give them; what is left out takes its usual value. Lengths in tokens, times in
/// seconds, power in watts, shares from 0 to 1.
/// </summary>
public sealed record EstimateRequest
{
    /// <summary>Tokens of a prompt, and of an answer, where nobody says.</summary>
    public const double UsualTokens = 1_000;

    /// <summary>An engine of which nothing is known: the efficiencies of the default row.</summary>
    public const string AnyEngine = "any";

    /// <summary>Key of a model of the facts; or the name of <see cref="Architecture"/>.</summary>
    public string? Model { get; init; }

    /// <summary>A model that the facts do not have.</summary>
    public ModelArchitecture? Architecture { get; init; }

    /// <summary>Key of the chip.</summary>
    public string? Accelerator { get; init; }

    /// <summary>How many there are; by default those of one copy.</summary>
    public int? Accelerators { get; init; }

    /// <summary>By default the smallest copy that fits: see <see cref="SmallestCopy"/>.</summary>
    public int? TensorParallel { get; init; }

    /// <summary>By default as many stages as the smallest copy needs.</summary>
    public int? PipelineParallel { get; init; }

    /// <summary>By default 1.</summary>
    public int? DataParallel { get; init; }

    /// <summary>By default the copy's accelerators where attention is data parallel and experts divide over them, else 1.</summary>
    public int? ExpertParallel { get; init; }

    /// <summary>By default the format in which the model was published: fp16 where its facts name no other.</summary>
    public string? Weights { get; init; }

    /// <summary>By default as engines serve such weights: <see cref="Precision.Of"/>.</summary>
    public string? Activations { get; init; }

    /// <summary>By default as engines serve such weights.</summary>
    public string? KvCache { get; init; }

    /// <summary>Mean length of prompts, cached part included.</summary>
    public double PromptTokens { get; init; } = UsualTokens;

    /// <summary>Mean length of answers, one or more.</summary>
    public double OutputTokens { get; init; } = UsualTokens;

    public double CachedPrefixShare { get; init; }

    /// <summary>Requests at any time, over all copies.</summary>
    public double? Concurrency { get; init; }

    public double? RequestsPerSecond { get; init; }

    public double? MaxSecondsPerOutputToken { get; init; }

    public double? MaxSecondsToFirstToken { get; init; }

    public Batching Batching { get; init; } = Batching.Continuous;

    public KvAllocation KvAllocation { get; init; } = KvAllocation.Paged;

    /// <summary>Of prompt and answer: the room that contiguous allocation keeps, and what a static batch waits for.</summary>
    public int? LongestSequence { get; init; }

    public bool ChunkedPrefill { get; init; } = true;

    public Speculation? Speculation { get; init; }

    public double? PowerCapWatts { get; init; }

    /// <summary>Sequences that the engine runs at once in one copy of the attention; by default the engine's usual.</summary>
    public int? MostSequences { get; init; }

    /// <summary>By default <see cref="AnyEngine"/>.</summary>
    public string? Engine { get; init; }

    /// <summary>What an hour of one accelerator costs, used or not; by default the price book's, where it has one: see <see cref="EstimatePrice"/>.</summary>
    public decimal? PricePerAcceleratorHour { get; init; }

    /// <summary>Which of the price book's; by default on demand.</summary>
    public PriceKind? PriceKind { get; init; }

    /// <summary>Whose of the price book's; by default anybody's.</summary>
    public string? Provider { get; init; }

    /// <summary>ISO 4217, of the price.</summary>
    public string? Currency { get; init; }

    /// <summary>The share of the hours' capacity that is used: above 0, at most 1.</summary>
    public decimal Utilisation { get; init; } = 1m;

    /// <param name="facts">Of chips, models and engines.</param>
    /// <param name="prices">For those who say no price; null is none.</param>
    /// <exception cref="RejectedException">With every failure at once; each says the nearest that works.</exception>
    public EstimatePlan Decide(TargetFacts facts, PriceBook? prices = null)
    {
        var named = EstimateTerms.Of(this, facts);
        named.Checks.ThrowIfAny();
        var workload = new Workload(PromptTokens, OutputTokens, CachedPrefixShare, EstimateLoad.Of(this));
        var price = EstimatePrice.Of(this, named.Accelerator!, prices);
        var plan = new EstimatePlan(named.Model!, EstimateLayout.Of(this, named, workload), workload, named.Efficiency!, price?.Hour, Utilisation)
        {
            PriceFrom = price?.From,
        };
        EstimateLoad.RequireCarried(plan);
        return plan;
    }
}
