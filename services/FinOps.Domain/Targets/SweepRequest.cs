using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>Many questions in one: each list takes the place of the base's value, and every combination is asked. An empty list leaves the base's.</summary>
public sealed record SweepRequest(EstimateRequest Base)
{
    public IReadOnlyList<string> Model { get; init; } = [];

    public IReadOnlyList<string> Accelerator { get; init; } = [];

    public IReadOnlyList<int> Accelerators { get; init; } = [];

    public IReadOnlyList<int> TensorParallel { get; init; } = [];

    public IReadOnlyList<string> Weights { get; init; } = [];

    public IReadOnlyList<double> PromptTokens { get; init; } = [];

    public IReadOnlyList<double> OutputTokens { get; init; } = [];

    public IReadOnlyList<double> Concurrency { get; init; } = [];

    /// <param name="facts">Of chips, models and engines.</param>
    /// <param name="prices">For those who say no price; null is none.</param>
    /// <param name="most">Configurations.</param>
    /// <returns>In the order of the lists, the last one varies fastest; what cannot be is there with its reasons.</returns>
    /// <exception cref="RejectedException">Too many, or nothing of them makes sense: what is wrong with the names and numbers of all.</exception>
    public IReadOnlyList<SweepPoint> Decide(TargetFacts facts, PriceBook? prices, int most)
    {
        var requests = Requests(most);
        var points = requests.Select(r => SweepPoint.Of(r, facts, prices)).ToList();
        if (points.TrueForAll(p => p.Answer is null)) RequireSense(requests, facts);
        return ParetoFront.Mark(points);
    }

    private List<EstimateRequest> Requests(int most)
    {
        long[] sizes = [Model.Count, Accelerator.Count, Accelerators.Count, TensorParallel.Count, Weights.Count, PromptTokens.Count, OutputTokens.Count, Concurrency.Count];
        var count = sizes.Aggregate(1.0, (product, size) => product * Math.Max(1, size));
        if (count > most)
            throw new RejectedException(new Rejection("sweep_too_large", "concurrency", FormattableString.Invariant($"The lists make {count} configurations; at most {most} are tried at once. Shorten a list.")));
        IEnumerable<EstimateRequest> all = [Base];
        all = Vary(all, Model, (r, v) => r with { Model = v });
        all = Vary(all, Accelerator, (r, v) => r with { Accelerator = v });
        all = Vary(all, Accelerators, (r, v) => r with { Accelerators = v });
        all = Vary(all, TensorParallel, (r, v) => r with { TensorParallel = v });
        all = Vary(all, Weights, (r, v) => r with { Weights = v });
        all = Vary(all, PromptTokens, (r, v) => r with { PromptTokens = v });
        all = Vary(all, OutputTokens, (r, v) => r with { OutputTokens = v });
        return [.. Vary(all, Concurrency, (r, v) => r with { Concurrency = v })];
    }

    private static IEnumerable<EstimateRequest> Vary<T>(IEnumerable<EstimateRequest> all, IReadOnlyList<T> values, Func<EstimateRequest, T, EstimateRequest> with) =>
        values.Count == 0 ? all : all.SelectMany(request => values.Select(value => with(request, value)));

    /// <summary>That a model does not fit anywhere is an answer; that nobody knows it is none.</summary>
    private static void RequireSense(List<EstimateRequest> requests, TargetFacts facts)
    {
        var common = EstimateTerms.Of(requests[0], facts).Checks.Failures.ToList();
        foreach (var request in requests.Skip(1))
        {
            if (common.Count == 0) return;
            var flaws = EstimateTerms.Of(request, facts).Checks.Failures;
            common.RemoveAll(c => !flaws.Contains(c));
        }

        if (common.Count > 0) throw new RejectedException(common);
    }
}

/// <summary>One configuration of a sweep.</summary>
/// <param name="Asked">The base with the lists' values.</param>
/// <param name="Answer">Null where it cannot be.</param>
/// <param name="Reasons">Why it cannot be; none where it can.</param>
/// <param name="IsOnFront">No other configuration of the same model and lengths is both cheaper and faster for a user.</param>
public sealed record SweepPoint(EstimateRequest Asked, PlannedEstimate? Answer, IReadOnlyList<Rejection> Reasons, bool IsOnFront = false)
{
    internal static SweepPoint Of(EstimateRequest asked, TargetFacts facts, PriceBook? prices)
    {
        try
        {
            return new SweepPoint(asked, asked.Decide(facts, prices).Answer(), []);
        }
        catch (RejectedException refused)
        {
            return new SweepPoint(asked, null, refused.Rejections);
        }
    }
}
