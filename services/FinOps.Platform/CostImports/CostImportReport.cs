using FinOps.Domain.CostImports;
using FinOps.Domain.Fleets;

namespace FinOps.Platform.CostImports;

/// <summary>What an import changed, or would change. Every row of the file is in exactly one of its sums.</summary>
/// <param name="Changed">False: an earlier import said the same, or this was a dry run; nothing was written.</param>
/// <param name="DryRun">Whether it was only asked.</param>
/// <param name="ImportId">Of this import, or of the earlier one that said the same; null for a dry run.</param>
/// <param name="File">The file's name.</param>
/// <param name="FileDigest">SHA-256 of the file, uncompressed.</param>
/// <param name="Format">As read.</param>
/// <param name="CostColumn">The column that amounts were taken from.</param>
/// <param name="Currency">Of all of it; null for a file without rows.</param>
/// <param name="Rows">In the file.</param>
/// <param name="Amount">Their exact sum.</param>
/// <param name="MappedRows">Of them what is some fleet's, or shared.</param>
/// <param name="MappedAmount">Their exact sum.</param>
/// <param name="Rounding">What is recorded, less that: rounded once per fleet and line, to 12 decimals.</param>
/// <param name="UnmappedRows">What no rule of the map fits: not imported.</param>
/// <param name="UnmappedAmount">Their exact sum.</param>
/// <param name="LeftOutRows">What the map leaves out, and says why.</param>
/// <param name="LeftOutAmount">Their exact sum.</param>
/// <param name="Fleets">By fleet.</param>
/// <param name="Unmapped">What the unmapped rows are of, the largest first; at most 100.</param>
/// <param name="LeftOut">By reason.</param>
/// <param name="Categories">All rows by charge category.</param>
/// <param name="Staying">Parts of replaced imports that this file has nothing for: they stay, unless the import is named in <c>replaces</c>.</param>
public sealed record CostImportReport(
    bool Changed, bool DryRun, string? ImportId, string File, string FileDigest, CostFileFormat Format, string CostColumn, string? Currency,
    long Rows, decimal Amount, long MappedRows, decimal MappedAmount, decimal Rounding, long UnmappedRows, decimal UnmappedAmount,
    long LeftOutRows, decimal LeftOutAmount, IReadOnlyList<CostImportFleet> Fleets, IReadOnlyList<CostImportRows> Unmapped,
    IReadOnlyList<CostImportRows> LeftOut, IReadOnlyList<CostImportRows> Categories, IReadOnlyList<CostImportStaying> Staying);

/// <summary>What an import does to one fleet's cost.</summary>
/// <param name="Fleet">The fleet, or what serves several.</param>
/// <param name="Known">Whether the books knew it; if not, is its name right?</param>
/// <param name="Shared">Whether it serves several.</param>
/// <param name="Lines">The bill's lines of it.</param>
/// <param name="Rows">In the file.</param>
/// <param name="Amount">What is recorded.</param>
/// <param name="From">The first instant that a row covers; null where everything is taken back.</param>
/// <param name="To">The end of the last.</param>
/// <param name="HoursCovered">Between them; where no row covers an hour its estimate stays.</param>
/// <param name="Before">What the books said that these hours cost.</param>
/// <param name="BeforeImported">Of it what an earlier bill said; the rest was estimated from cost lines.</param>
/// <param name="HoursUnknown">Of the hours covered those of which the books knew no cost.</param>
/// <param name="Difference">The amount, less what it replaces.</param>
/// <param name="Replaces">The imports whose part is replaced.</param>
public sealed record CostImportFleet(
    string Fleet, bool Known, bool Shared, IReadOnlyList<string> Lines, long Rows, decimal Amount, DateTimeOffset? From, DateTimeOffset? To,
    decimal HoursCovered, decimal Before, decimal BeforeImported, decimal HoursUnknown, decimal Difference, IReadOnlyList<string> Replaces)
{
    internal static CostImportFleet Of(ImportEffect effect) => new(
        effect.Fleet.Value, effect.IsKnown, effect.IsShared, effect.Lines, effect.Sum.Rows, effect.Amount, effect.From, effect.To,
        effect.HoursCovered, effect.Before, effect.BeforeImported, effect.HoursUnknown, effect.Difference, [.. effect.Replaces.Select(r => r.ToString())]);
}

/// <summary>Rows of the file that have something in common.</summary>
/// <param name="Of">What.</param>
/// <param name="Rows">How many.</param>
/// <param name="Amount">Their exact sum.</param>
public sealed record CostImportRows(string Of, long Rows, decimal Amount)
{
    internal static IReadOnlyList<CostImportRows> All(IEnumerable<(string What, RowSum Sum)> sums) =>
        [.. sums.Select(s => new CostImportRows(s.What, s.Sum.Rows, s.Sum.Amount))];
}

/// <summary>A part of an import that stays.</summary>
public sealed record CostImportStaying(string ImportId, string Fleet, string Line, decimal Amount)
{
    internal static CostImportStaying Of(ImportedCost part) => new(part.Import.ToString(), part.Fleet.Value, part.Line, part.Amounts.Sum(a => a.Amount));
}
