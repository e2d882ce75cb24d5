using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Makes a fleet's roll-ups from its buckets, by the same sums that answer a question without roll-ups.</summary>
internal sealed class MakeRollUps(NpgsqlConnection connection, Books books, DateTimeOffset now)
{
    /// <param name="series">All of the fleet's: they share its cost.</param>
    /// <param name="fleet">Empty where the records named none.</param>
    /// <param name="pages">To make, by time; no two of them overlap.</param>
    /// <param name="done">Told each page as it is made, with null where its facts contradict each other.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task RunAsync(
        IReadOnlyList<(int Id, UsageSeries Series)> series, string fleet, IReadOnlyList<RollUpPage> pages, Action<RollUpPage, RollUp?> done,
        CancellationToken cancellation)
    {
        // Without a fleet there is nothing idle; a filter on models says so, and all of them pass it.
        var models = fleet.Length == 0 ? series.Select(s => s.Series.Model).ToHashSet() : null;
        for (var first = 0; first < pages.Count;)
        {
            var end = first + 1;
            while (end < pages.Count && pages[end].Span.First == pages[end - 1].Span.End
                && pages[end].Span.End - pages[first].Span.First <= Limits.RollUpSlotsPerRead) end++;
            await MakeAsync(series, fleet, models, pages.Skip(first).Take(end - first).ToList(), done, cancellation);
            first = end;
        }
    }

    /// <summary>Pages side by side, in one read.</summary>
    private async Task MakeAsync(
        IReadOnlyList<(int Id, UsageSeries Series)> series, string fleet, IReadOnlySet<ModelId>? models, List<RollUpPage> pages,
        Action<RollUpPage, RollUp?> done, CancellationToken cancellation)
    {
        var (start, stop) = (new QuarterHour(pages[0].Span.FirstHour * FleetHours.Quarters), new QuarterHour((pages[^1].Span.LastHour + 1) * FleetHours.Quarters));
        var activity = await FleetActivities.OfAsync(connection, QuestionOf(pages[0], fleet, models), books, series, start, stop, null, cancellation);
        var sums = pages.ConvertAll(p => new Making(p, new UnitCostSums(QuestionOf(p, fleet, models), books, activity)));
        var next = 0;
        if (series.Count > 0)
        {
            var hours = UsageBuckets.FleetHoursAsync(connection, series, start, stop, null, cancellation);
            await foreach (var hour in hours)
            {
                while (pages[next].Span.LastHour < hour.Hour) done(pages[next], sums[next++].Finish());
                // An hour that a time zone's midnight cuts belongs to two.
                for (var i = next; i < pages.Count && pages[i].Span.FirstHour <= hour.Hour; i++) sums[i].Add(hour);
            }
        }

        for (; next < pages.Count; next++) done(pages[next], sums[next].Finish());
    }

    private UnitCostQuestion QuestionOf(RollUpPage page, string fleet, IReadOnlySet<ModelId>? models) => new()
    {
        Window = page.Span.Window,
        GroupBy = [Dimension.Tenant, Dimension.Model],
        Buckets = TimeBuckets.None,
        Tenants = null,
        Models = models,
        Fleets = fleet.Length == 0 ? null : new HashSet<FleetId> { new(fleet) },
        ShowsCost = true,
        Explains = !books.Targets.IsEmpty,
        Now = now,
    };

    /// <summary>A page under way. Facts in two currencies make no roll-up; a question that sees only one of them is answered from buckets.</summary>
    private sealed class Making(RollUpPage page, UnitCostSums sums)
    {
        private bool isContradicted;

        public void Add(FleetHourUsage hour) => Try(() => sums.Add(hour.Fleet, hour.Hour, hour.Usage));

        public RollUp? Finish()
        {
            RollUp? made = null;
            Try(() => made = new RollUp(sums.Finish(), page.KeepsBoth));
            return made;
        }

        private void Try(Action step)
        {
            if (isContradicted) return;
            try
            {
                step();
            }
            catch (RejectedException)
            {
                isContradicted = true;
            }
        }
    }
}
