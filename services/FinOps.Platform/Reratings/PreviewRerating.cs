using System.Data;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets.Facts;
using Npgsql;

namespace FinOps.Platform.Reratings;

/// <summary>A preview with what it would record.</summary>
internal sealed record PreviewedRerating(ReratingDigest Digest, IReadOnlyList<BookEntry> News, ReratingPreview Shown);

/// <summary>Rates the usage that facts touch twice, by the books as they are and as they would be, and tells the difference. Nothing is written.</summary>
public sealed class PreviewRerating(NpgsqlDataSource database, LiveBooks live, SeenSeries seen, FactCatalogue facts, TimeProvider clock)
{
    /// <param name="input">The facts.</param>
    /// <param name="by">Whose word.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="RejectedException">Some fact cannot be recorded; every flaw is named.</exception>
    internal async Task<PreviewedRerating> RunAsync(ReratingInput input, string by, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var entries = input.Entries(now, by, facts.Facts);
        if (entries.Count == 0) throw new RejectedException(new Rejection("facts_missing", "input", "Nothing is to be re-rated; name at least one fact."));
        var known = await live.KnownAsync(cancellation);
        var news = known.News(entries);
        var window = input.WindowOf(news, now);
        var months = new CalendarBuckets(window, Dimension.Month, input.TimeZone ?? "UTC");
        var before = known.Books;
        var after = known.With(news);
        var comparison = new RatingComparison(window, months.Buckets, now, before, after);
        await CompareAsync(comparison, window, [before, after], [.. news.Select(n => n.Event.Subject)], now, cancellation);
        var moved = comparison.Finish();
        var digest = ReratingDigest.Of(known.Version, entries, input);
        return new PreviewedRerating(digest, news, new ReratingPreview(
            digest.ToString(), window.From, window.To, input.TimeZone ?? "UTC", moved.Currency?.Code,
            [.. news.Select(n => ReratedFact.Of(n.Event))], moved.AtomsMoved, moved.IdleHoursMoved,
            [.. moved.Rows.Select(r => ReratedRow.Of(r, months))], ReratedTotal.Of(moved.Before, moved.After)));
    }

    private async Task CompareAsync(
        RatingComparison comparison, Window window, Books[] rated, IReadOnlyList<BookSubject> subjects, DateTimeOffset now, CancellationToken cancellation)
    {
        var fleets = Array.ConvertAll(rated, r => r.Fleets);
        var series = await TouchedAsync(window, rated, subjects, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (first, end) = FleetHours.Whole(window);
        await foreach (var hour in UsageBuckets.FleetHoursAsync(connection, series, first, end, null, cancellation))
        {
            comparison.Add(hour.Fleet, hour.Hour, hour.Usage);
            RequireFewRows(comparison);
        }

        var question = new UnitCostQuestion
        {
            Window = window,
            GroupBy = [],
            Buckets = TimeBuckets.None,
            Tenants = null,
            Models = null,
            Fleets = null,
            ShowsCost = false,
            Now = now,
        };
        for (var i = 0; i < rated.Length; i++)
        {
            if (!rated[i].Rates.HasGraduated) continue;
            var reading = await ReadUnitCost.OfAsync(connection, question, rated[i], cancellation);
            if (reading.InOrder.Count > 0) await CompareInOrderAsync(comparison, connection, reading, isAfter: i > 0, window, cancellation);
        }

        foreach (var fleet in fleets.SelectMany(f => f.Fleets).Distinct().Where(f => subjects.Any(s => s.TouchesIdleCostOf(f))))
        {
            comparison.AddIdle(fleet);
            RequireFewRows(comparison);
        }
    }

    /// <summary>The series that some fact touches, and those that share their fleets' cost with them.</summary>
    private async Task<IReadOnlyList<(int Id, UsageSeries Series)>> TouchedAsync(
        Window window, Books[] rated, IReadOnlyList<BookSubject> subjects, CancellationToken cancellation)
    {
        var all = await seen.OfAsync(null, cancellation);
        // A card of another name may price a model by an alias, and units of one model may count in the month of another.
        var cards = subjects.Where(s => s.Kind == BookSubjectKind.RateCard).Select(s => s.Model).ToHashSet();
        var touched = all.Where(s => subjects.Any(x => x.Touches(s.Series)) || rated.Any(r => IsPricedByAny(r, s.Series))).ToList();
        var shared = touched.Select(s => s.Series.Fleet).OfType<FleetId>().Where(f => rated.Any(r => r.Fleets.IsRegistered(f))).ToHashSet();
        return [.. touched.Union(all.Where(s => s.Series.Fleet is { } fleet && shared.Contains(fleet)))];

        bool IsPricedByAny(Books books, UsageSeries series) => cards.Count > 0
            && books.Rates.Of(series.Tenant, series.Model).Between(window.FirstSlot, window.EndSlot).Any(c => cards.Contains(c.Card.Model.Value));
    }

    private static async Task CompareInOrderAsync(
        RatingComparison comparison, NpgsqlConnection connection, ReadUnitCost reading, bool isAfter, Window window, CancellationToken cancellation)
    {
        var start = VolumeMonth.Holding(window.FirstSlot).First;
        await foreach (var slot in UsageInOrder.SlotsAsync(connection, reading.InOrder, start, window.EndSlot, null, cancellation))
            comparison.AddInOrder(isAfter, slot);
    }

    private static void RequireFewRows(RatingComparison comparison)
    {
        if (comparison.RowCount > Limits.ReportRows)
            throw new RejectedException(new Rejection("report_too_large", "from", $"More than {Limits.ReportRows} rows are compared; narrow `from` and `to`."));
    }
}
