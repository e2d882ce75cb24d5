using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>Where a row of a bill belongs.</summary>
public abstract record CostPlace
{
    private CostPlace()
    {
    }

    /// <param name="Fleet">The fleet, or what serves several.</param>
    /// <param name="Line">Its line.</param>
    /// <param name="IsShared">Whether it serves several; null where the file does not say, and the books do.</param>
    public sealed record OfFleet(FleetId Fleet, string Line, bool? IsShared) : CostPlace;

    /// <param name="Reason">Why it is no fleet's.</param>
    public sealed record LeftOut(string Reason) : CostPlace;

    /// <param name="What">What the row is of, for people who write the missing rule.</param>
    public sealed record Unmapped(string What) : CostPlace;
}

/// <summary>A row of a bill, read.</summary>
/// <param name="Number">From 1, the header not counted.</param>
/// <param name="Place">Where it belongs.</param>
/// <param name="First">The first quarter-hour of its charge period.</param>
/// <param name="End">The one after the last.</param>
/// <param name="Amount">As written; below zero for a credit or a refund.</param>
/// <param name="Currency">Of the amount.</param>
/// <param name="Category">Usage, Purchase, Tax …; of our own format <c>Cost</c>.</param>
/// <param name="CoversFrom">The start of the bill that it stands in.</param>
/// <param name="CoversTo">Its end.</param>
public sealed record BillRow(
    int Number, CostPlace Place, QuarterHour First, QuarterHour End, decimal Amount, Currency Currency, string Category,
    DateTimeOffset CoversFrom, DateTimeOffset CoversTo);
