using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>What a unit cost question reads of the buckets: one reading for reports and budgets, so that both tell the same charge.</summary>
/// <param name="Hourly">Series shown and, where cost matters, those that share their fleets.</param>
/// <param name="InOrder">Series that share an account of units with graduated usage, in their order.</param>
internal sealed record ReadUnitCost(
    IReadOnlyList<(int Id, UsageSeries Series)> Hourly, IReadOnlyList<(int Id, UsageSeries Series)> InOrder)
{
    /// <param name="connection">In a transaction in whose snapshot the sum will be read, too.</param>
    /// <param name="question">To be summed.</param>
    /// <param name="books">Rates and fleets.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<ReadUnitCost> OfAsync(
        NpgsqlConnection connection, UnitCostQuestion question, Books books, CancellationToken cancellation)
    {
        var known = await SeenSeries.OfAsync(connection, question.ShowsCost ? null : question.Tenants?.ToList(), cancellation);
        var shown = known.Where(s => question.Shows(s.Series)).ToList();
        var inOrder = InOrderAmong(known, shown, question, books.Rates);
        var fleets = shown.Where(s => question.ShowsCost || IsChargedByCost(s.Series)).Select(s => s.Series.Fleet).OfType<FleetId>()
            .Where(books.Fleets.IsRegistered).ToHashSet();
        if (fleets.Count == 0) return new ReadUnitCost(shown, inOrder);
        var all = question.ShowsCost ? known : await SeenSeries.OfAsync(connection, null, cancellation);
        return new ReadUnitCost(
            [.. all.Where(s => question.Shows(s.Series) || (s.Series.Fleet is { } fleet && fleets.Contains(fleet)))], inOrder);

        bool IsChargedByCost(UsageSeries series) => books.Rates.HasMarkup && UsesAny(books.Rates, series, question.Window, card => card.IsMarkup);
    }

    /// <param name="connection">In a snapshot of its own, since it reads twice.</param>
    /// <param name="question">The one it was made for.</param>
    /// <param name="books">Likewise.</param>
    /// <param name="asOf">Only what was recorded by then; null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="RejectedException">There would be more rows than <see cref="Limits.ReportRows"/>.</exception>
    public async Task<UnitCostSummary> SumAsync(
        NpgsqlConnection connection, UnitCostQuestion question, Books books, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        var window = question.Window;
        var (first, end) = FleetHours.Whole(window);
        var recordedBefore = asOf is { } known ? QuarterHour.Holding(known).Hour : (int?)null;
        var sums = new UnitCostSums(question, books, await FleetActivities.OfAsync(connection, question, books, Hourly, first, end, asOf, cancellation));
        await foreach (var hour in UsageBuckets.FleetHoursAsync(connection, Hourly, first, end, recordedBefore, cancellation))
        {
            sums.Add(hour.Fleet, hour.Hour, hour.Usage);
            if (sums.CellCount > Limits.ReportRows) throw TooManyRows();
        }

        if (InOrder.Count > 0)
        {
            // What a unit costs by its place in the month, the month before it tells.
            var start = VolumeMonth.Holding(window.FirstSlot).First;
            await foreach (var slot in UsageInOrder.SlotsAsync(connection, InOrder, start, window.EndSlot, recordedBefore, cancellation))
                sums.AddInOrder(slot);
        }

        var summary = sums.Finish();
        return summary.Rows.Count > Limits.ReportRows ? throw TooManyRows() : summary;
    }

    private static IReadOnlyList<(int Id, UsageSeries Series)> InOrderAmong(
        IReadOnlyList<(int Id, UsageSeries Series)> known, List<(int Id, UsageSeries Series)> shown, UnitCostQuestion question, RateBook rates)
    {
        if (!rates.HasGraduated) return [];
        var tenants = shown.Where(s => UsesAny(rates, s.Series, question.Window, card => card.IsGraduated)).Select(s => s.Series.Tenant).ToHashSet();
        return GraduatedCharges.Sharing(rates, known.Where(s => tenants.Contains(s.Series.Tenant)), question.Window, s => s.Series);
    }

    private static bool UsesAny(RateBook rates, UsageSeries series, Window window, Func<RateCard, bool> kind) =>
        rates.Of(series.Tenant, series.Model).Between(window.FirstSlot, window.EndSlot).Any(s => kind(s.Card));

    private static RejectedException TooManyRows() => new(new Rejection(
        "report_too_large", "groupBy", $"The report would have more than {Limits.ReportRows} rows; group coarser or narrow the window."));
}
