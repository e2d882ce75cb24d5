using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>What an import does to one fleet's cost.</summary>
/// <param name="Fleet">The fleet, or what serves several.</param>
/// <param name="IsKnown">Whether the books knew it.</param>
/// <param name="IsShared">Whether it serves several.</param>
/// <param name="Lines">The lines that the bill has.</param>
/// <param name="Sum">Its rows in the file.</param>
/// <param name="Amount">What is recorded: the rows' sum, to 12 decimals.</param>
/// <param name="From">The first instant that a row covers; null where everything is taken back.</param>
/// <param name="To">The end of the last.</param>
/// <param name="HoursCovered">Hours that rows cover, parts of hours as such; between them the estimate stays.</param>
/// <param name="Before">What the books said these hours cost.</param>
/// <param name="BeforeImported">Of it what an earlier bill said; the rest was estimated.</param>
/// <param name="HoursUnknown">Of the hours covered those of which the books knew no cost.</param>
/// <param name="Replaces">The imports whose part is replaced.</param>
public sealed record ImportEffect(
    FleetId Fleet, bool IsKnown, bool IsShared, IReadOnlyList<string> Lines, RowSum Sum, decimal Amount, DateTimeOffset? From, DateTimeOffset? To,
    decimal HoursCovered, decimal Before, decimal BeforeImported, decimal HoursUnknown, IReadOnlyList<Guid> Replaces)
{
    /// <summary>By how much the fleet costs more than was known; what is taken back and not replaced is not in it.</summary>
    public decimal Difference => Amount - Before;

    /// <summary>Hours that an import's fleets cover together, for the caller to bound before the effects are computed.</summary>
    public static long Hours(IEnumerable<ImportedCost> facts) =>
        facts.GroupBy(f => f.Fleet).Sum(f => new PaidPeriods(f.SelectMany(i => i.Amounts)).Covered().Sum(c => (long)(c.End.Index - c.First.Index))) / FleetHourCost.Quarters;

    /// <param name="book">Before it.</param>
    /// <param name="bill">The file.</param>
    /// <param name="facts">What would be recorded.</param>
    /// <returns>By fleet.</returns>
    public static IReadOnlyList<ImportEffect> Of(FleetBook book, BillSums bill, IReadOnlyList<ImportedCost> facts)
    {
        var rows = bill.Lines.ToLookup(l => l.Fleet);
        return [.. facts.GroupBy(f => f.Fleet).OrderBy(f => f.Key.Value, StringComparer.Ordinal).Select(f => Of(book, f.Key, [.. f], [.. rows[f.Key]]))];
    }

    private static ImportEffect Of(FleetBook book, FleetId fleet, IReadOnlyList<ImportedCost> facts, IReadOnlyList<BillLine> lines)
    {
        var covered = new PaidPeriods(facts.SelectMany(f => f.Amounts)).Covered();
        var (before, imported, unknown) = (0m, 0m, 0);
        foreach (var (first, end) in covered)
        {
            for (var hour = first.Hour; hour * FleetHourCost.Quarters < end.Index; hour++)
            {
                var cost = book.OfHour(fleet, hour);
                var slots = Enumerable.Range(0, FleetHourCost.Quarters).Where(q => Holds(hour * FleetHourCost.Quarters + q)).ToHashSet();
                unknown += cost is null ? slots.Count : slots.Count(q => cost.Parts[q].Count == 0);
                foreach (var (_, part, amount) in cost?.ByPart().Where(p => slots.Contains(p.Quarter)) ?? [])
                {
                    before += amount;
                    if (part.Kind == CostLineKind.Actual) imported += amount;
                }
            }

            bool Holds(int slot) => slot >= first.Index && slot < end.Index;
        }

        return new ImportEffect(
            fleet, book.Fleets.Contains(fleet), facts.Any(f => f.IsShared), [.. facts.Where(f => f.Amounts.Count > 0).Select(f => f.Line)],
            lines.Aggregate(default(RowSum), (sum, line) => sum + line.Sum), facts.Sum(f => f.Amounts.Sum(a => a.Amount)),
            covered.Count == 0 ? null : covered[0].First.Start, covered.Count == 0 ? null : covered[^1].End.Start,
            (decimal)covered.Sum(c => c.End.Index - c.First.Index) / FleetHourCost.Quarters, before, imported, (decimal)unknown / FleetHourCost.Quarters,
            [.. facts.SelectMany(f => f.Replaces).Distinct()]);
    }
}
