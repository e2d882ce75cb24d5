using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>What one import of a bill says that one line of a fleet really cost.</summary>
/// <param name="Fleet">The fleet; of a shared cost what serves several.</param>
/// <param name="Line">The line's name within the fleet.</param>
/// <param name="Import">Which import.</param>
/// <param name="Digest">Of the file and of how it was read: the same again says nothing new.</param>
/// <param name="Currency">Of all amounts.</param>
/// <param name="IsShared">Whether no fleet's work carries it.</param>
/// <param name="From">The start of what the bill covers.</param>
/// <param name="To">Its end, exclusive.</param>
/// <param name="Amounts">Each period once. One below zero takes back what an earlier import of the line has for the same period.</param>
/// <param name="Replaces">The imports whose part of this line counts no longer.</param>
public sealed record ImportedCost(
    FleetId Fleet, string Line, Guid Import, string Digest, Currency Currency, bool IsShared, DateTimeOffset From, DateTimeOffset To,
    IReadOnlyList<PaidAmount> Amounts, IReadOnlyList<Guid> Replaces)
{
    /// <summary>What counts of imports: later ones take out what they replace.</summary>
    /// <param name="recorded">Of one fleet, in the order of their recording.</param>
    public static IReadOnlyList<ImportedCost> Standing(IEnumerable<ImportedCost> recorded)
    {
        var standing = new List<ImportedCost>();
        foreach (var import in recorded)
        {
            standing.RemoveAll(s => s.Line == import.Line && import.Replaces.Contains(s.Import));
            if (import.Amounts.Count > 0) standing.Add(import);
        }

        return standing;
    }
}

/// <summary>Money for a stretch of whole quarter-hours.</summary>
/// <param name="First">The first.</param>
/// <param name="End">The one after the last.</param>
/// <param name="Amount">To 12 decimals.</param>
public readonly record struct PaidAmount(QuarterHour First, QuarterHour End, decimal Amount)
{
    public int Quarters => End.Index - First.Index;
}
