using FinOps.Domain.Budgets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Reporting;

namespace FinOps.Platform.Budgets;

/// <summary>A budget's question to the books: the one that a report of the same usage asks, so both tell the same figure.</summary>
internal static class BudgetQuestion
{
    /// <param name="terms">Whose scope, measure and currency.</param>
    /// <param name="window">Of event time.</param>
    /// <param name="now">Hours that had not begun by then cost nothing yet.</param>
    /// <param name="time">The dimension of time that the rows are of; null is one row.</param>
    /// <param name="further">By what rows are kept apart, too.</param>
    public static UnitCostQuestion Of(
        BudgetTerms terms, Window window, DateTimeOffset now, Dimension? time = null, params IEnumerable<Dimension> further) =>
        With(terms, window, now, time, further);

    /// <param name="terms">Likewise.</param>
    /// <param name="window">Likewise.</param>
    /// <param name="now">Likewise.</param>
    /// <param name="time">Likewise.</param>
    /// <param name="further">Likewise.</param>
    /// <param name="explains">Whether what stands behind the variance is gathered.</param>
    /// <param name="tagKey">By which tag TAG groups.</param>
    public static UnitCostQuestion With(
        BudgetTerms terms, Window window, DateTimeOffset now, Dimension? time, IEnumerable<Dimension> further, bool explains = false, string? tagKey = null) => new()
        {
            Window = window,
            GroupBy = [.. time is { } by ? further.Prepend(by) : further],
            Buckets = new CalendarBuckets(window, time, terms.Period.TimeZone).Buckets,
            Tenants = new HashSet<TenantId> { terms.Tenant },
            Models = terms.Scope.Models.IsEmpty ? null : terms.Scope.Models.Select(m => new ModelId(m)).ToHashSet(),
            Fleets = terms.Scope.Fleets.IsEmpty ? null : terms.Scope.Fleets.Select(f => new FleetId(f)).ToHashSet(),
            Tags = terms.Scope.Tags.IsEmpty ? null : [.. terms.Scope.Tags.Select(t => (t.Key, (string?)t.Value))],
            ShowsCost = terms.Measure.ShowsCost(),
            ChargeCurrency = terms.Measure == BudgetMeasure.Charge ? terms.Amount.Currency : null,
            Currency = terms.Measure.ShowsCost() ? terms.Amount.Currency : null,
            Explains = explains,
            TagKey = tagKey,
            Now = now,
        };
}
