using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Reratings;

/// <summary>Facts to record together, and the stretch of time whose figures are compared.</summary>
[Name("ReratingInput")]
public class ReratingInput : BookFactsInput
{
    /// <summary>Inclusive, on a 15-minute boundary; by default where the first of the facts begins to hold.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive, on a 15-minute boundary; by default the next one from now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Of the months; UTC by default.</summary>
    public string? TimeZone { get; init; }

    /// <param name="news">What would be recorded.</param>
    /// <param name="now">When.</param>
    /// <exception cref="RejectedException">Off a boundary, empty, or longer than <see cref="Limits.WindowDays"/>.</exception>
    internal Window WindowOf(IReadOnlyList<BookEntry> news, DateTimeOffset now)
    {
        var next = QuarterHour.Holding(now).End;
        var to = To ?? next;
        // A card that holds since ever is compared as far back as a window reaches; one of tomorrow in its first quarter-hour.
        var first = news.Count == 0 ? to.AddTicks(-1) : news.Min(n => n.Event.From);
        var longest = to.AddDays(-Limits.WindowDays);
        var from = From ?? QuarterHour.Holding(first < longest ? longest : first).Start;
        if (To is null && from >= to) to = QuarterHour.Holding(from).End;
        return new UsageFilter { From = from, To = to }.Window();
    }
}

/// <summary>A re-rating to apply, as it was previewed.</summary>
[Name("ApplyReratingInput")]
public sealed class ApplyReratingInput : ReratingInput
{
    /// <summary>Why; kept with it and with each fact that has no reason of its own.</summary>
    public required string Reason { get; init; }

    /// <summary>The preview's.</summary>
    public required string Digest { get; init; }
}
