using FinOps.Domain.Reporting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Reratings;

/// <summary>What facts would move. Nothing is written.</summary>
/// <param name="Digest">For <c>applyRerating</c>: the books and the question that this answers.</param>
/// <param name="From">The window that was compared, inclusive.</param>
/// <param name="To">Exclusive. The facts go on to hold after it.</param>
/// <param name="TimeZone">Of the months.</param>
/// <param name="Currency">Of every amount; null where there is none.</param>
/// <param name="Facts">What would be recorded; what says nothing new is left out.</param>
/// <param name="AtomsMoved">How many (tenant, model, fleet, hour) would have another charge, cost or target.</param>
/// <param name="IdleHoursMoved">How many (fleet, hour) would have another cost that no work carries.</param>
/// <param name="Rows">By tenant, model, fleet and month; only those in which something moves.</param>
/// <param name="Total">The sum of the rows.</param>
[Name("ReratingPreview")]
public sealed record ReratingPreview(
    string Digest, DateTimeOffset From, DateTimeOffset To, string TimeZone, string? Currency, IReadOnlyList<ReratedFact> Facts, long AtomsMoved,
    long IdleHoursMoved, IReadOnlyList<ReratedRow> Rows, ReratedTotal Total);

/// <summary>A fact of a re-rating.</summary>
[Name("ReratedFact")]
public sealed record ReratedFact(BookSubjectKind Kind, string? Fleet, string? Model, string? Line, DateTimeOffset From)
{
    internal static ReratedFact Of(BookFact fact) =>
        new(fact.Subject.Kind, fact.Subject.Fleet, fact.Subject.Model, fact.Subject.Line, fact.From);
}

/// <summary>What moves in one row. Amounts are exact.</summary>
/// <param name="Tenant">Null for cost that no work carries.</param>
/// <param name="Model">Null for cost that no work carries.</param>
/// <param name="Fleet">Null for usage that names none.</param>
/// <param name="MonthStart">Its first instant.</param>
/// <param name="Month">In the zone asked for.</param>
/// <param name="Charge">Rates × quantities.</param>
/// <param name="ActualCost">Allocated, or idle, or shared.</param>
/// <param name="TargetCost">Targets × tokens.</param>
[Name("ReratedRow")]
public sealed record ReratedRow(
    string? Tenant, string? Model, string? Fleet, DateTimeOffset MonthStart, string Month, MovedAmount Charge, MovedAmount ActualCost,
    MovedAmount TargetCost)
{
    internal static ReratedRow Of(RatedRow row, CalendarBuckets months) => new(
        row.Key.Tenant, row.Key.Model, row.Key.Fleet, months.Buckets.StartOf(row.Key.Bucket).Start, months.Label(row.Key.Bucket)!,
        MovedAmount.Of(row.Before.Charge, row.After.Charge), MovedAmount.Of(row.Before.Cost, row.After.Cost),
        MovedAmount.Of(row.Before.TargetCost, row.After.TargetCost));
}

/// <summary>The sum of what moves.</summary>
[Name("ReratedTotal")]
public sealed record ReratedTotal(MovedAmount Charge, MovedAmount ActualCost, MovedAmount TargetCost)
{
    internal static ReratedTotal Of(RatedAmounts before, RatedAmounts after) => new(
        MovedAmount.Of(before.Charge, after.Charge), MovedAmount.Of(before.Cost, after.Cost), MovedAmount.Of(before.TargetCost, after.TargetCost));
}

/// <summary>An amount under the books as they are, and as they would be.</summary>
/// <param name="Before">Null where none is known.</param>
/// <param name="After">Null where none is known.</param>
/// <param name="Difference">After less before; what is not known counts as nothing here.</param>
[Name("MovedAmount")]
public sealed record MovedAmount(decimal? Before, decimal? After, decimal Difference)
{
    internal static MovedAmount Of(decimal? before, decimal? after) => new(before, after, (after ?? 0) - (before ?? 0));
}
