using FinOps.Platform.Graph;
using GraphQL;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Reratings;

/// <summary>A re-rating as it was applied: who moved history, when, why and by how much.</summary>
/// <param name="Id">Stands on each of its facts: <c>bookChanges</c> finds them by it.</param>
/// <param name="RecordedAt">When; <c>asOf</c> before it answers as before it.</param>
/// <param name="By">The credential's name.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">The window that was compared, inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Currency">Of every amount; null where there is none.</param>
/// <param name="Facts">What was recorded.</param>
/// <param name="AtomsMoved">How many (tenant, model, fleet, hour) moved.</param>
/// <param name="IdleHoursMoved">How many (fleet, hour) without work moved.</param>
/// <param name="Total">What moved in all, by the usage known at that moment.</param>
[Name("Rerating")]
[ConnectionName("Rerating")]
public sealed record ReratingView(
    [property: Id] string Id, DateTimeOffset RecordedAt, string By, string Reason, DateTimeOffset From, DateTimeOffset To, string? Currency,
    IReadOnlyList<ReratedFact> Facts, long AtomsMoved, long IdleHoursMoved, ReratedTotal Total)
{
    internal static ReratingView Of(ReratingApplied applied) => new(
        applied.Id, applied.RecordedAt, applied.RecordedBy, applied.Reason, applied.From, applied.To, applied.Currency,
        [.. applied.Facts.Select(f => new ReratedFact(f.Kind, f.Fleet, f.Model, f.Line, f.From))], applied.AtomsMoved, applied.IdleHoursMoved,
        new ReratedTotal(Moved(applied.Charge), Moved(applied.ActualCost), Moved(applied.TargetCost)));

    private static MovedAmount Moved(ReratingApplied.Moved amount) => MovedAmount.Of(amount.Before, amount.After);
}
