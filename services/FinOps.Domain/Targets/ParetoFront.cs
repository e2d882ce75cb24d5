namespace FinOps.Domain.Targets;

/// <summary>
/// The configurations worth choosing from: no other one of the same model and lengths costs less and answers a user faster. Cost is money per
/// token where every configuration has a price in one currency, else accelerator time per token.
/// </summary>
public static class ParetoFront
{
    public static IReadOnlyList<SweepPoint> Mark(List<SweepPoint> points)
    {
        var answers = points.Select(p => p.Answer).OfType<PlannedEstimate>().ToList();
        var isPriced = answers.TrueForAll(a => a.Cost is not null) && answers.Select(a => a.Cost!.Blended.Currency).Distinct().Take(2).Count() == 1;
        var front = answers.GroupBy(a => (a.Plan.Model, a.Plan.Workload.PromptTokens, a.Plan.Workload.OutputTokens))
            .SelectMany(group => Of([.. group.Select(a => (a, a.OutputTokensPerSecondPerUser, isPriced ? (double)a.Cost!.Blended.Amount : a.AcceleratorSecondsPerToken))]))
            .ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. points.Select(p => p with { IsOnFront = p.Answer is not null && front.Contains(p.Answer) })];
    }

    /// <summary>From the cheapest on, each that is faster than all cheaper ones. Of equals the first.</summary>
    public static IEnumerable<T> Of<T>(IReadOnlyList<(T Of, double Speed, double Cost)> all)
    {
        var fastest = double.NegativeInfinity;
        foreach (var (of, speed, _) in all.OrderBy(p => p.Cost).ThenByDescending(p => p.Speed))
        {
            if (speed <= fastest) continue;
            fastest = speed;
            yield return of;
        }
    }
}
