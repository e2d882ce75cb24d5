using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.CostImports;

/// <summary>
/// Stored as <c>actual_cost_imported_v1</c> in the stream <c>fleet/{id}</c>: what a bill says one line of the fleet cost, as columns. Without
/// amounts it only takes back what it replaces.
/// </summary>
/// <param name="Fleet">The fleet, or what serves several.</param>
/// <param name="Line">Its line.</param>
/// <param name="Import">Which import; one event per fleet and line.</param>
/// <param name="Digest">Of the file and of how it was read.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Shared">Whether no fleet's work carries it.</param>
/// <param name="From">The start of what the bill covers.</param>
/// <param name="To">Its end.</param>
/// <param name="FirstQuarters">Of each amount: the first quarter-hour, counted from 1970.</param>
/// <param name="Quarters">For how many it is.</param>
/// <param name="Amounts">Money, to 12 decimals.</param>
/// <param name="Replaces">Imports whose part of the line counts no longer.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="RecordedBy">By whose credential.</param>
public sealed record ActualCostImported(
    string Fleet, string Line, Guid Import, string Digest, string Currency, bool Shared, DateTimeOffset From, DateTimeOffset To,
    int[] FirstQuarters, int[] Quarters, decimal[] Amounts, Guid[] Replaces, DateTimeOffset RecordedAt, string RecordedBy) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.CostLine, Fleet, Line: Line);

    internal static ActualCostImported Of(ImportedCost cost, DateTimeOffset now, string by) => new(
        cost.Fleet.Value, cost.Line, cost.Import, cost.Digest, cost.Currency.Code, cost.IsShared, cost.From, cost.To,
        [.. cost.Amounts.Select(a => a.First.Index)], [.. cost.Amounts.Select(a => a.Quarters)], [.. cost.Amounts.Select(a => a.Amount)],
        [.. cost.Replaces], now, by);

    internal ImportedCost ToCost()
    {
        Invariant.Require(FirstQuarters.Length == Amounts.Length && Quarters.Length == Amounts.Length, "the columns of an import are of one length");
        var amounts = new PaidAmount[Amounts.Length];
        for (var i = 0; i < amounts.Length; i++)
            amounts[i] = new PaidAmount(new QuarterHour(FirstQuarters[i]), new QuarterHour(FirstQuarters[i] + Quarters[i]), Amounts[i]);
        return new ImportedCost(new FleetId(Fleet), Line, Import, Digest, new Currency(Currency), Shared, From, To, amounts, Replaces);
    }
}
