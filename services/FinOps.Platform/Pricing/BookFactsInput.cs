using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;
using FinOps.Platform.Currencies;
using FinOps.Platform.Fleets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets;

namespace FinOps.Platform.Pricing;

/// <summary>Facts of several kinds at once, each as its own mutation takes it.</summary>
public abstract class BookFactsInput
{
    public IReadOnlyList<FleetCostInput>? FleetCosts { get; init; }

    public IReadOnlyList<FleetSizeInput>? FleetSizes { get; init; }

    public IReadOnlyList<CostLineInput>? CostLines { get; init; }

    public IReadOnlyList<RateCardInput>? RateCards { get; init; }

    public IReadOnlyList<TargetInput>? Targets { get; init; }

    public IReadOnlyList<ModelledTargetInput>? ModelledTargets { get; init; }

    public IReadOnlyList<WorkWeightsInput>? WorkWeights { get; init; }

    public IReadOnlyList<ExchangeRateInput>? ExchangeRates { get; init; }

    /// <summary>In the order in which they are recorded: a cost line may stand on the end of a fleet's whole cost, or on a size.</summary>
    private IEnumerable<(string Field, IReadOnlyList<IEnumerable<IBookInput>> Inputs)> Lists(TargetFacts facts) =>
    [
        ("fleetCosts", Singly(FleetCosts)),
        ("fleetSizes", Singly(FleetSizes)),
        ("costLines", Singly(CostLines)),
        ("rateCards", Singly(RateCards)),
        ("targets", Singly(Targets)),
        ("modelledTargets", [.. (ModelledTargets ?? []).Select(t => t.By(facts))]),
        ("workWeights", Singly(WorkWeights)),
        ("exchangeRates", Singly(ExchangeRates)),
    ];

    /// <param name="now">When.</param>
    /// <param name="by">Whose word.</param>
    /// <param name="facts">What modelled targets are made of.</param>
    /// <exception cref="RejectedException">With every failure of every fact, each under its place: <c>rateCards[0].from</c>.</exception>
    internal IReadOnlyList<BookEntry> Entries(DateTimeOffset now, string by, TargetFacts facts)
    {
        var inputs = Lists(facts).SelectMany(l => l.Inputs.SelectMany((one, index) => one.Select(input => (Place: $"{l.Field}[{index}]", Input: input)))).ToList();
        if (inputs.Count > Limits.FactsAtOnce)
            throw new RejectedException(new Rejection("facts_too_many", "input", $"At most {Limits.FactsAtOnce} facts are taken at once; split them."));
        var entries = new List<BookEntry>();
        var flaws = new List<Rejection>();
        foreach (var (place, input) in inputs)
        {
            try
            {
                var entry = At(place, () => input.Entry(now, by));
                // What does not go together with the books is found when they are at hand, and named alike.
                entries.Add(entry with
                {
                    IsNews = books => At(place, () => entry.IsNews(books)),
                    Made = entry.Made is { } make ? books => At(place, () => make(books)) : null,
                });
            }
            catch (RejectedException refused)
            {
                flaws.AddRange(refused.Rejections);
            }
        }

        return flaws.Count == 0 ? entries : throw new RejectedException(flaws);
    }

    private static IReadOnlyList<IEnumerable<IBookInput>> Singly(IReadOnlyList<IBookInput>? inputs) => [.. (inputs ?? []).Select(i => new[] { i })];

    private static T At<T>(string place, Func<T> decide)
    {
        try
        {
            return decide();
        }
        catch (RejectedException refused)
        {
            throw new RejectedException([.. refused.Rejections.Select(r => r with { Field = $"{place}.{r.Field}" })]);
        }
    }
}
