using FinOps.Domain.Budgets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Periods;

/// <summary>The closed months, without a gap from the first one on.</summary>
public sealed class PeriodBook
{
    public static readonly PeriodBook Empty = new([]);

    /// <param name="recorded">In the order of their closing.</param>
    public PeriodBook(IEnumerable<ClosedPeriod> recorded)
    {
        Closed = [.. recorded];
        for (var i = 1; i < Closed.Count; i++)
        {
            Invariant.Require(
                Closed[i].Month == Closed[i - 1].Month.Next && Closed[i].AsOf >= Closed[i - 1].AsOf && Closed[i].Window.From == Closed[i - 1].Window.To,
                "months are closed one after the other");
        }
    }

    /// <summary>By month.</summary>
    public IReadOnlyList<ClosedPeriod> Closed { get; }

    /// <returns>Null while it is open.</returns>
    public ClosedPeriod? Find(CalendarMonth month) => Closed.FirstOrDefault(c => c.Month == month);

    /// <summary>The month that takes what changes closed ones: the first that is open. Null before any was closed.</summary>
    public CalendarMonth? FirstOpen => Closed.Count == 0 ? null : Closed[^1].Month.Next;
}
