using FinOps.Domain.Budgets;
using GraphQL;

namespace FinOps.Platform.Budgets;

/// <summary>How idle whole fleets were, whoever used them, over the hours of the period that have settled.</summary>
/// <param name="Fleets">Those that the scope names, or that carried the tenant's usage then.</param>
/// <param name="From">The first hour that counts; null where none has settled.</param>
/// <param name="To">Exclusive: usage of later hours may still come.</param>
/// <param name="HoursKnown">Hours in which at least one of them has a known cost.</param>
/// <param name="HoursNeeded">Before so many nothing alerts.</param>
/// <param name="IdlePercent">Of their cost; null where it is not known.</param>
[Name("FleetShare")]
public sealed record FleetShareView(
    IReadOnlyList<string> Fleets, DateTimeOffset? From, DateTimeOffset? To, int HoursKnown, int HoursNeeded, decimal? IdlePercent)
{
    internal static FleetShareView? Of(FleetShare? share) => share is null
        ? null
        : new FleetShareView(share.Fleets, share.Settled?.From, share.Settled?.To, share.HoursKnown, share.HoursNeeded, share.Of(BudgetMeasure.IdleShare));
}
