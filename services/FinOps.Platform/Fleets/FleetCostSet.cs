using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Fleets;

/// <summary>Stored as <c>fleet_cost_set_v1</c> in the stream <c>fleet/{id}</c>: what a fleet costs per hour from an instant on.</summary>
public sealed record FleetCostSet(
    string Fleet, DateTimeOffset From, DateTimeOffset? To, decimal CostPerHour, string Currency, string? Accelerator, int? Count,
    DateTimeOffset RecordedAt, string RecordedBy) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.FleetCost, Fleet);

    /// <param name="cost">What was decided.</param>
    /// <param name="isDated">Whether the sender said from when; if not, the same cost that day is the same line.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    internal static BookEntry Entry(FleetCost cost, bool isDated, DateTimeOffset now, string by) => new(
        $"fleet/{cost.Fleet}",
        new FleetCostSet(
            cost.Fleet.Value, cost.From, cost.To, cost.PerHour.Amount, cost.PerHour.Currency.Code, cost.Accelerator, cost.Count, now, by),
        books =>
        {
            var isNews = isDated
                ? !books.Fleets.Lines(cost.Fleet).Contains(cost)
                : books.Fleets.At(cost.Fleet, QuarterHour.Holding(cost.From)) is not { } current || current with { From = cost.From } != cost;
            if (isNews) CostLineRules.Require(books.Fleets, cost);
            return isNews;
        });

    internal FleetCost ToCost() => new(new FleetId(Fleet), From, To, new Money(CostPerHour, new Currency(Currency)), Accelerator, Count);
}
