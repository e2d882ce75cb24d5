using FinOps.Platform.Pricing;

namespace FinOps.Platform.Reratings;

/// <summary>
/// Stored as <c>rerating_applied_v1</c> in the stream <c>rerating/{id}</c>, in the transaction that appends its facts: who moved history, when,
/// why, by which facts, and by how much.
/// </summary>
/// <param name="Id">Stands on each of its facts.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">The window whose figures were compared, inclusive.</param>
/// <param name="To">Exclusive; the facts hold on after it.</param>
/// <param name="Currency">Of the amounts; null where there are none.</param>
/// <param name="Facts">In the order of their recording; each is an event of the books, too.</param>
/// <param name="Charge">How the tenants' charges moved in all.</param>
/// <param name="ActualCost">How the cost of what moved, moved.</param>
/// <param name="TargetCost">How what it should have cost moved.</param>
/// <param name="AtomsMoved">How many (tenant, model, fleet, hour) moved.</param>
/// <param name="IdleHoursMoved">How many (fleet, hour) without work moved.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="RecordedBy">Whose credential.</param>
public sealed record ReratingApplied(
    string Id, string Reason, DateTimeOffset From, DateTimeOffset To, string? Currency, IReadOnlyList<ReratingApplied.Fact> Facts,
    ReratingApplied.Moved Charge, ReratingApplied.Moved ActualCost, ReratingApplied.Moved TargetCost, long AtomsMoved, long IdleHoursMoved,
    DateTimeOffset RecordedAt, string RecordedBy)
{
    public static string Stream(string id) => $"rerating/{id}";

    /// <param name="Stream">The book stream that it was appended to.</param>
    /// <param name="Kind">What it is about.</param>
    /// <param name="Fleet">Where the kind names one.</param>
    /// <param name="Model">Where the kind names one.</param>
    /// <param name="Line">Where the kind names one.</param>
    /// <param name="From">From when on it holds.</param>
    public sealed record Fact(string Stream, BookSubjectKind Kind, string? Fleet, string? Model, string? Line, DateTimeOffset From);

    /// <param name="Before">Null where none was known.</param>
    /// <param name="After">Null where none is known.</param>
    public sealed record Moved(decimal? Before, decimal? After);
}
