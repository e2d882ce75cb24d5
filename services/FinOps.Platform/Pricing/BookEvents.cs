using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Targets;
using FinOps.Platform.Fleets;
using FinOps.Platform.Targets;

namespace FinOps.Platform.Pricing;

/// <summary>A stored fact of the books, with the moment from which it was known.</summary>
internal interface IBookEvent
{
    DateTimeOffset RecordedAt { get; }
}

/// <summary>A fact to record.</summary>
/// <param name="Stream">Where.</param>
/// <param name="Event">What.</param>
/// <param name="IsNews">Whether it changes these books; if not, nothing is recorded.</param>
/// <param name="AlsoReads">Prefix of further streams that it is decided on; those that name it come one after the other.</param>
internal sealed record BookEntry(string Stream, IBookEvent Event, Func<Books, bool> IsNews, string? AlsoReads = null);

internal static class BookEvents
{
    /// <param name="events">In the order of their recording.</param>
    public static Books Fold(IEnumerable<object> events)
    {
        var rates = new List<RateCard>();
        var fleets = new List<FleetCost>();
        var sizes = new List<FleetSize>();
        var lines = new List<CostLine>();
        var targets = new List<Target>();
        foreach (var stored in events)
        {
            switch (stored)
            {
                case RateCardSet set: rates.Add(set.ToCard()); break;
                case FleetCostSet set: fleets.Add(set.ToCost()); break;
                case FleetSizeSet set: sizes.Add(set.ToSize()); break;
                case CostLineSet set: lines.Add(set.ToLine()); break;
                case TargetSet set: targets.Add(set.ToTarget()); break;
                default: throw new InvalidOperationException($"{stored.GetType().Name} is no event of the books.");
            }
        }

        return new Books(new RateBook(rates), new FleetBook(fleets, sizes, lines), new TargetBook(targets));
    }
}
