using System.Globalization;

namespace FinOps.Domain.Budgets;

/// <summary>What one value of a dimension, such as one model, came to on a day and comes to on a day of its name.</summary>
/// <param name="Of">As <c>model llama-70b</c>.</param>
/// <param name="Day">The day.</param>
/// <param name="Usual">The mean of the last four days of its name.</param>
public sealed record DayPart(string Of, decimal Day, decimal Usual);

/// <summary>Who carries what a day has too much, in a sentence for people.</summary>
public static class AnomalyCause
{
    // Who carries less than a third of it explains nothing.
    private const decimal LeastShare = 1m / 3;

    /// <param name="date">The day.</param>
    /// <param name="spend">So far.</param>
    /// <param name="expectation">What its past says.</param>
    /// <param name="dimensions">The parts of the day by model, by fleet, by each tag: of each, the one with the most too much is named.</param>
    public static string Of(DateOnly date, decimal spend, DayExpectation expectation, IEnumerable<IReadOnlyList<DayPart>> dimensions)
    {
        var carriers = dimensions.Select(Largest).OfType<(string Of, decimal Excess, decimal Share)>().Where(c => c.Share >= LeastShare)
            .OrderByDescending(c => c.Share).Select(c => FormattableString.Invariant($"{c.Of} carries {c.Share * 100m:0} % of the excess (+{c.Excess:0.####})")).ToList();
        var culture = CultureInfo.InvariantCulture;
        return string.Create(
            culture,
            $"{date:yyyy-MM-dd} has {spend:0.####} where a {culture.DateTimeFormat.GetDayName(date.DayOfWeek)} comes to {expectation.Expected:0.####} and to {expectation.Most:0.####} at most: {(carriers.Count == 0 ? "spread over many, none carries a third of the excess" : string.Join(", ", carriers))}.");
    }

    private static (string Of, decimal Excess, decimal Share)? Largest(IReadOnlyList<DayPart> parts)
    {
        var more = parts.Select(p => (p.Of, Excess: p.Day - p.Usual)).Where(p => p.Excess > 0).ToList();
        if (more.Count == 0) return null;
        var (of, excess) = more.OrderByDescending(p => p.Excess).ThenBy(p => p.Of, StringComparer.Ordinal).First();
        return (of, excess, excess / more.Sum(p => p.Excess));
    }
}
