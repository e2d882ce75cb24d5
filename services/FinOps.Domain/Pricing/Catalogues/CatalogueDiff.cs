using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing.Catalogues;

/// <summary>One rate that an import would set, change or drop.</summary>
/// <param name="Key">Of what.</param>
/// <param name="Before">Per unit; null: there was none.</param>
/// <param name="After">Per unit; null: there will be none.</param>
public sealed record RateChange(CatalogueKey Key, decimal? Before, decimal? After)
{
    private const int PercentDecimals = 2;

    /// <summary>The change in percent, half to even; null where one side is missing or it starts from 0.</summary>
    public decimal? Percent => Before is { } before and not 0 && After is { } after ? decimal.Round((after / before - 1) * 100, PercentDecimals) : null;

    /// <summary>Whether a known price is multiplied or divided by more than <see cref="CatalogueRules.LargeFactor"/>, or becomes 0, or was.</summary>
    public bool IsLarge => Before is { } before && After is { } after && before != after
        && Math.Max(before, after) > Math.Min(before, after) * CatalogueRules.LargeFactor;
}

/// <param name="Model">Whose rates.</param>
/// <param name="Before">The card that holds now at the instant; null when none does.</param>
/// <param name="Rates">Those that change, by key.</param>
public sealed record CardChange(CatalogueModel Model, RateCard? Before, IReadOnlyList<RateChange> Rates)
{
    /// <summary>Whether the book still says what the change was decided on.</summary>
    public bool StillHolds(RateBook book, QuarterHour at)
    {
        var current = book.At(Model.Model, at) is { } card && card.Model == Model.Model ? card : null;
        return Before is null ? current is null : current is not null && current.SaysTheSameAs(Before);
    }
}

/// <summary>What a catalogue would change of the books at an instant.</summary>
/// <param name="New">Models without a rate card then; every rate is a change.</param>
/// <param name="Changed">Models with a card that says something else.</param>
/// <param name="Unchanged">Models whose card says the same.</param>
/// <param name="Skipped">Models that are left alone, and why.</param>
/// <param name="Compared">Rates that both the books and the catalogue have.</param>
public sealed record CatalogueDiff(
    IReadOnlyList<CardChange> New, IReadOnlyList<CardChange> Changed, IReadOnlyList<ModelId> Unchanged, IReadOnlyList<SkippedModel> Skipped, int Compared)
{
    public static CatalogueDiff Of(PriceCatalogue catalogue, RateBook book, QuarterHour at)
    {
        var (news, changed, unchanged, skipped, compared) =
            (new List<CardChange>(), new List<CardChange>(), new List<ModelId>(), catalogue.Skipped.ToList(), 0);
        foreach (var model in catalogue.Models)
        {
            var current = book.At(model.Model, at);
            if (current is null || current.Model != model.Model) news.Add(new CardChange(model, null, Changes(Empty, model.Rates)));
            else if (CatalogueCards.Obstacle(current) is { } obstacle) skipped.Add(new SkippedModel(model.Model.Value, obstacle.Code, obstacle.Reason));
            else
            {
                var before = CatalogueCards.RatesOf(current);
                compared += before.Keys.Count(model.Rates.ContainsKey);
                if (Changes(before, model.Rates) is { Count: > 0 } changes) changed.Add(new CardChange(model, current, changes));
                else unchanged.Add(model.Model);
            }
        }

        return new CatalogueDiff(news, changed, unchanged, [.. skipped.OrderBy(s => s.Model, StringComparer.Ordinal)], compared);
    }

    /// <summary>New and changed cards, by model: what an import writes.</summary>
    public IEnumerable<CardChange> Written => New.Concat(Changed).OrderBy(c => c.Model.Model.Value, StringComparer.Ordinal);

    private static readonly Dictionary<CatalogueKey, decimal> Empty = [];

    private static List<RateChange> Changes(IReadOnlyDictionary<CatalogueKey, decimal> before, IReadOnlyDictionary<CatalogueKey, decimal> after) =>
        [.. before.Keys.Union(after.Keys).Order().Select(key => new RateChange(key, Value(before, key), Value(after, key))).Where(c => c.Before != c.After)];

    private static decimal? Value(IReadOnlyDictionary<CatalogueKey, decimal> rates, CatalogueKey key) => rates.TryGetValue(key, out var rate) ? rate : null;
}
