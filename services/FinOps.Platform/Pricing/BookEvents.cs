using FinOps.Domain.Currencies;
using FinOps.Domain.Fleets;
using FinOps.Domain.Periods;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Tenants;
using FinOps.Domain.Values;
using FinOps.Platform.CostImports;
using FinOps.Platform.Currencies;
using FinOps.Platform.Fleets;
using FinOps.Platform.Periods;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets;
using FinOps.Platform.Tenants;

namespace FinOps.Platform.Pricing;

/// <summary>A fact to record.</summary>
/// <param name="Stream">Where.</param>
/// <param name="Event">What.</param>
/// <param name="IsNews">Whether it changes these books; if not, nothing is recorded.</param>
/// <param name="AlsoReads">Prefix of further streams that it is decided on; those that name it come one after the other.</param>
internal sealed record BookEntry(string Stream, BookFact Event, Func<Books, bool> IsNews, string? AlsoReads = null)
{
    /// <summary>The fact where figures in it depend on the books; what it says of reason and re-rating is <see cref="Event"/>'s. Null where none do.</summary>
    public Func<Books, BookFact>? Made { get; init; }

    internal BookEntry MadeBy(Books books) =>
        Made is null ? this : this with { Event = Made(books) with { Reason = Event.Reason, Rerating = Event.Rerating } };
}

internal static class BookEvents
{
    /// <param name="known">What the entries' streams hold, in the order of its recording.</param>
    /// <param name="entries">To be recorded behind it, in this order.</param>
    /// <returns>Those that say something new.</returns>
    /// <exception cref="RejectedException">One does not go together with what is known.</exception>
    public static IReadOnlyList<BookEntry> News(IEnumerable<BookFact> known, IReadOnlyList<BookEntry> entries)
    {
        var facts = known.ToList();
        var news = new List<BookEntry>();
        // An entry is decided on its own stream, and on others only where it says so: thousands, each of another stream, need one fold.
        var (books, written) = (Fold(facts), new HashSet<string>(StringComparer.Ordinal));
        foreach (var entry in entries)
        {
            if (written.Contains(entry.Stream) || (entry.AlsoReads is not null && written.Count > 0))
            {
                books = Fold(facts);
                written.Clear();
            }

            if (!entry.IsNews(books)) continue;
            var made = entry.MadeBy(books);
            written.Add(entry.Stream);
            news.Add(made);
            facts.Add(made.Event);
        }

        return news;
    }

    /// <param name="events">In the order of their recording.</param>
    public static Books Fold(IEnumerable<object> events)
    {
        var rates = new List<RateCard>();
        var fleets = new List<FleetCost>();
        var sizes = new List<FleetSize>();
        var lines = new List<CostLine>();
        var imports = new List<ImportedCost>();
        var targets = new List<Target>();
        var tenants = new List<TenantProfile>();
        var exchange = new List<ExchangeRate>();
        var periods = new List<ClosedPeriod>();
        var weights = new List<EffectiveWeights>();
        DateTimeOffset? lastRecordedAt = null;
        foreach (var stored in events)
        {
            if (stored is BookFact fact && !(fact.RecordedAt < lastRecordedAt)) lastRecordedAt = fact.RecordedAt;
            switch (stored)
            {
                case RateCardSet set: rates.Add(set.ToCard()); break;
                case FleetCostSet set: fleets.Add(set.ToCost()); break;
                case FleetSizeSet set: sizes.Add(set.ToSize()); break;
                case CostLineSet set: lines.Add(set.ToLine()); break;
                case ActualCostImported set: imports.Add(set.ToCost()); break;
                case TargetSet set: targets.Add(set.ToTarget()); break;
                case ModelledTargetSet set: targets.Add(set.ToTarget()); break;
                case TenantSet set: tenants.Add(set.ToProfile()); break;
                case ExchangeRateSet set: exchange.Add(set.ToRate()); break;
                case PeriodClosed closed: periods.Add(closed.ToPeriod()); break;
                case WorkWeightsSet set: weights.Add(set.ToWeights()); break;
                default: throw new InvalidOperationException($"{stored.GetType().Name} is no event of the books.");
            }
        }

        return new Books(new RateBook(rates), new FleetBook(fleets, sizes, lines, imports), new TargetBook(targets))
        {
            LastRecordedAt = lastRecordedAt,
            Tenants = new TenantBook(tenants),
            Exchange = new ExchangeBook(exchange),
            Weights = new WeightBook(weights),
            Periods = new PeriodBook(periods),
        };
    }
}
