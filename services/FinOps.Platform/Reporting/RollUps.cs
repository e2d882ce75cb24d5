using System.Data;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>
/// Answers unit cost questions from roll-ups kept in memory. Each question looks, in one snapshot of the database, at what changed in usage
/// and books since the last one, forgets the roll-ups that it touches, makes what is missing from the buckets of the same snapshot, and sums
/// the rest: so an answer is that of the buckets, and never older than its question.
/// </summary>
public sealed class RollUps(NpgsqlDataSource database, LiveBooks live, IConfiguration configuration) : IDisposable
{
    private readonly RollUpPages pages = new(configuration.GetValue("Reporting:RollUpCells", Limits.RollUpCells));
    private readonly SemaphoreSlim turn = new(1, 1);
    private Seen? seen;

    /// <param name="asked">The question.</param>
    /// <param name="settledBefore">Hours that ended by then are settled.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Null where roll-ups do not help, or cannot tell: the buckets do.</returns>
    internal async Task<(UnitCostSummary Summary, DateTimeOffset? LastCommitAt)?> AskAsync(
        AskedUnitCost asked, DateTimeOffset settledBefore, CancellationToken cancellation)
    {
        var question = asked.Question;
        if (!Covers(asked)) return null;
        var spans = ReportSpans.Of(asked, settledBefore);
        if (spans.Count > Limits.RollUpsPerReport) return null;
        await using var look = await LookAsync(question, spans, cancellation);
        if (look is null) return null;

        try
        {
            await MakeAsync(look, question.Now, cancellation);
        }
        finally
        {
            foreach (var page in look.Missing) pages.Abandon(page);
        }

        // What others make is waited for without a connection: they may need it.
        await look.CloseAsync();
        var sums = new RollUpSums(question);
        for (var i = 0; i < look.All.Length; i++)
        {
            var page = look.All[i]!;
            // What is summed may go: a long report holds no more than the limit.
            look.All[i] = null;
            if (await page.RollUp.WaitAsync(cancellation) is not { } rollUp) return null;
            sums.Add(page.Fleet.Length == 0 ? null : new FleetId(page.Fleet), new QuarterHour(page.Span.First), rollUp);
            if (sums.CellCount > Limits.ReportRows) return null;
        }

        return sums.Finish() is { } summary ? (summary, look.LastCommitAt) : null;
    }

    public void Dispose() => turn.Dispose();

    /// <summary>
    /// The rest is answered from buckets: record time, quarter-hours, shares of capacity, other currencies, tags, each tenant's own days, and whatever it
    /// will be possible to group by one day. A new filter, basis or price that a cell by tenant and model does not hold needs a condition here.
    /// </summary>
    private static bool Covers(AskedUnitCost asked) =>
        asked is { AsOf: null, Question: { Basis: CostBasis.Allocation, ByClass: false, Currency: null, ChargeCurrency: null, Tags: null, OwnBuckets.Count: 0 } }
        && (!asked.Question.Explains || RollUpSums.CanExplain(asked.Question))
        && asked.TimeZone != ReportCalendars.Tenants && asked.Calendars.IsCivil
        && asked.Question.GroupBy.All(d => d is Dimension.Tenant or Dimension.Model or Dimension.Fleet or Dimension.Hour or Dimension.Day or Dimension.Month);

    /// <summary>One look at a time: each sees what the one before saw and more, and so does what is kept.</summary>
    private async Task<Look?> LookAsync(UnitCostQuestion question, IReadOnlyList<ReportSpan> spans, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        NpgsqlConnection? connection = null;
        try
        {
            var books = await live.KnownAsync(cancellation);
            // What a unit costs by its place in the month does not add up over stretches of it.
            if (books.Books.Rates.HasGraduated) return null;
            connection = await database.OpenConnectionAsync(cancellation);
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            var news = await UsageNews.ReadAsync(connection, seen?.News.Horizon, question.Tenants, cancellation);
            var series = seen is { } last && last.News.SeriesCount == news.SeriesCount
                ? last.Series
                : (await SeenSeries.OfAsync(connection, null, cancellation)).ToLookup(s => s.Series.Fleet?.Value ?? "", StringComparer.Ordinal);
            Forget(books, news);
            seen = new Seen(news, books, series);

            var fleets = FleetsOf(question, books.Books, series);
            if (fleets.Count * spans.Count > Limits.RollUpsPerReport) return null;
            var wanted = fleets.SelectMany(f => spans.Select(s => (f, s)));
            // Whoever may not see costs needs no other tenant's usage: making roll-ups for it would read far more than the answer needs.
            var claimed = pages.Claim(wanted, RollUpSums.NeedsBoth(question), QuarterHour.Holding(question.Now).Hour, mayMake: question.ShowsCost);
            if (claimed is not { } claim) return null;
            var look = new Look(connection, books.Books, series, [.. claim.All], claim.Missing, news.LastCommitAt);
            connection = null;
            return look;
        }
        finally
        {
            turn.Release();
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    private void Forget(KnownBooks books, UsageNews news)
    {
        if (seen is not { } last) return;
        // A server that was set back counts its transactions anew.
        if (news.Horizon < last.News.Horizon) pages.ForgetAll();
        foreach (var (fleet, hours) in news.Changed) pages.ForgetHours(fleet, hours);
        BookNews.Forget(pages, last.Books, books);
    }

    /// <summary>The fleets of the series shown, and where idle cost is shown, those that cost something.</summary>
    private static List<string> FleetsOf(UnitCostQuestion question, Books books, ILookup<string, (int Id, UsageSeries Series)> series)
    {
        var used = series.Where(fleet => fleet.Any(s => question.Shows(s.Series))).Select(fleet => fleet.Key);
        var known = question.ShowsIdle ? books.Fleets.Fleets.Where(question.Shows).Select(f => f.Value) : [];
        return [.. used.Union(known, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private async Task MakeAsync(Look look, DateTimeOffset now, CancellationToken cancellation)
    {
        var make = new MakeRollUps(look.Connection, look.Books, now);
        foreach (var fleet in look.Missing.GroupBy(p => p.Fleet))
            await make.RunAsync([.. look.Series[fleet.Key]], fleet.Key, [.. fleet], pages.Complete, cancellation);
    }

    /// <summary>What was last seen.</summary>
    private sealed record Seen(UsageNews News, KnownBooks Books, ILookup<string, (int Id, UsageSeries Series)> Series);

    /// <summary>One question's snapshot and its pages.</summary>
    private sealed class Look(
        NpgsqlConnection connection, Books books, ILookup<string, (int Id, UsageSeries Series)> series, RollUpPage?[] all,
        IReadOnlyList<RollUpPage> missing, DateTimeOffset? lastCommitAt) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        public Books Books => books;

        public ILookup<string, (int Id, UsageSeries Series)> Series => series;

        public RollUpPage?[] All => all;

        public IReadOnlyList<RollUpPage> Missing => missing;

        public DateTimeOffset? LastCommitAt => lastCommitAt;

        public ValueTask CloseAsync() => connection.DisposeAsync();

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
