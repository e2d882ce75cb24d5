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

    public IReadOnlyList<WorkWeightsInput>? WorkWeights { get; init; }

    public IReadOnlyList<ExchangeRateInput>? ExchangeRates { get; init; }

    /// <summary>In the order in which they are recorded: a cost line may stand on the end of a fleet's whole cost, or on a size.</summary>
    private IEnumerable<(string Field, IReadOnlyList<IBookInput>? Inputs)> Lists =>
    [
        ("fleetCosts", FleetCosts),
        ("fleetSizes", FleetSizes),
        ("costLines", CostLines),
        ("rateCards", RateCards),
        ("targets", Targets),
        ("workWeights", WorkWeights),
        ("exchangeRates", ExchangeRates),
    ];

    /// <exception cref="RejectedException">With every failure of every fact, each under its place: <c>rateCards[0].from</c>.</exception>
    internal IReadOnlyList<BookEntry> Entries(DateTimeOffset now, string by)
    {
        var inputs = Lists.SelectMany(l => (l.Inputs ?? []).Select((input, index) => (Place: $"{l.Field}[{index}]", Input: input))).ToList();
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
                entries.Add(entry with { IsNews = books => At(place, () => entry.IsNews(books)) });
            }
            catch (RejectedException refused)
            {
                flaws.AddRange(refused.Rejections);
            }
        }

        return flaws.Count == 0 ? entries : throw new RejectedException(flaws);
    }

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
