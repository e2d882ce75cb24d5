using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>An import to decide on.</summary>
/// <param name="Import">Its identity.</param>
/// <param name="Digest">Of the file and of how it is read.</param>
/// <param name="Netting">What becomes of amounts below zero.</param>
/// <param name="Replaces">An earlier import that counts no longer, also where the file has nothing in its place; null for none.</param>
public sealed record AskedCostImport(Guid Import, string Digest, CreditNetting Netting, Guid? Replaces);

/// <param name="Facts">To record; empty where an earlier import said the same.</param>
/// <param name="Earlier">The import that said the same, if one did.</param>
/// <param name="Rounding">What rounding to 12 decimals added.</param>
/// <param name="Staying">Parts of imports that are replaced elsewhere and stay, since the file has nothing in their place.</param>
public sealed record DecidedCostImport(
    IReadOnlyList<ImportedCost> Facts, Guid? Earlier, decimal Rounding, IReadOnlyList<ImportedCost> Staying);

/// <summary>
/// What an import changes. A line's part of an earlier import is replaced where its bill lies within what this one covers, or where it is
/// named; what overlaps only in part is refused, since nobody could say which of the two is right.
/// </summary>
public static class DecideCostImport
{
    /// <exception cref="RejectedException">With every failure at once.</exception>
    public static DecidedCostImport Of(FleetBook book, BillSums bill, AskedCostImport asked)
    {
        if (SaidBy(book, bill, asked.Digest) is { } earlier) return new DecidedCostImport([], earlier, 0, []);
        var checks = new Checks();
        var facts = new List<ImportedCost>();
        foreach (var line in bill.Lines)
        {
            var known = book.Imports(line.Fleet).Where(i => i.Line == line.Line).ToList();
            var replaced = known.Where(i => i.Import == asked.Replaces || (i.From >= line.From && i.To <= line.To)).ToList();
            var kept = known.Except(replaced).ToList();
            CheckAgainst(book, line, kept, bill.Currency!.Value, checks);
            var (net, tooLarge) = NetCredits.Of(line.Rounded(), kept.SelectMany(i => i.Amounts), asked.Netting);
            if (tooLarge is { } credit) checks.Fail("credit_too_large", "amount", TooLarge(line, credit));
            else RequireNothingNegative(line, net, kept, checks);
            facts.Add(new ImportedCost(
                line.Fleet, line.Line, asked.Import, asked.Digest, bill.Currency.Value, IsShared(book, line), line.From, line.To, net, [.. replaced.Select(r => r.Import)]));
        }

        checks.ThrowIfAny();
        var withdrawn = Withdrawn(book, facts, asked).ToList();
        var gone = facts.SelectMany(f => f.Replaces).ToHashSet();
        var staying = book.Fleets.SelectMany(book.Imports)
            .Where(i => gone.Contains(i.Import) && !facts.Concat(withdrawn).Any(f => f.Fleet == i.Fleet && f.Line == i.Line)).ToList();
        return new DecidedCostImport(
            [.. facts, .. withdrawn], null, bill.Lines.Sum(l => l.Rounded().Sum(a => a.Amount) - l.Sum.Amount), staying);
    }

    /// <returns>The import that says the same of every line, where one does.</returns>
    private static Guid? SaidBy(FleetBook book, BillSums bill, string digest) => bill.Lines
        .Select(l => book.Imports(l.Fleet).LastOrDefault(i => i.Line == l.Line && i.Digest == digest)?.Import).Distinct().ToList() is [{ } one] ? one : null;

    /// <summary>Lines of the named import that the file has nothing for.</summary>
    private static IEnumerable<ImportedCost> Withdrawn(FleetBook book, List<ImportedCost> facts, AskedCostImport asked) =>
        from fleet in book.Fleets
        from import in book.Imports(fleet)
        where import.Import == asked.Replaces && !facts.Any(f => f.Fleet == fleet && f.Line == import.Line)
        select import with { Import = asked.Import, Digest = asked.Digest, Amounts = [], Replaces = [import.Import] };

    private static void CheckAgainst(FleetBook book, BillLine line, List<ImportedCost> kept, Currency currency, Checks checks)
    {
        if (line.IsShared is { } shared && (book.Lines(line.Fleet).Count > 0 || book.CostLines(line.Fleet).Count > 0 || book.Imports(line.Fleet).Count > 0) && book.IsShared(line.Fleet) != shared)
            checks.Fail("shared_invalid", "fleet", $"{line.Fleet} is {(shared ? "a fleet" : "shared by several fleets")} in the books; give this cost a name of its own.");
        if (kept.FirstOrDefault(i => i.From < line.To && line.From < i.To) is { } overlapping)
        {
            checks.Fail(
                "cost_import_overlaps", "from",
                $"Import {overlapping.Import} has line '{line.Line}' of {line.Fleet} from {CostTable.Written(overlapping.From)} to {CostTable.Written(overlapping.To)}, this file from {CostTable.Written(line.From)} to {CostTable.Written(line.To)}: "
                + $"bring all of what that one covers, name it as replaced (`replaces`), or give the line another name if both were paid.");
        }

        foreach (var (first, end) in new PaidPeriods(line.Rounded()).Covered())
        {
            var (from, to) = (first.Start, end.Start);
            if (book.CostLines(line.Fleet).FirstOrDefault(l => l.Terms is CostTerms.Actual && l.From < to && (l.To is not { } until || from < until)) is { } paid)
            {
                checks.Fail(
                    "cost_lines_overlap", "from",
                    $"Line '{paid.Name}' of {line.Fleet} says already what was paid between {CostTable.Written(from)} and {CostTable.Written(to)}; leave these rows out, or end that line first (`setCostLine`).");
            }

            if (InOtherCurrency(book, line.Fleet, from, to, currency) is not { } other) continue;
            checks.Fail("currency_mixed", "currency", $"{line.Fleet} costs {other} between {CostTable.Written(from)} and {CostTable.Written(to)}, and the file is in {currency}; import it in {other}.");
            return;
        }
    }

    private static Currency? InOtherCurrency(FleetBook book, FleetId fleet, DateTimeOffset from, DateTimeOffset to, Currency currency)
    {
        return book.Lines(fleet).Where(c => Overlap(c.From, book.EndOf(c))).Select(c => c.PerHour.Currency)
            .Concat(book.CostLines(fleet).Where(l => Overlap(l.From, l.To)).Select(l => l.Currency))
            .Concat(book.Imports(fleet).Where(i => Overlap(i.From, i.To)).Select(i => i.Currency))
            .Where(c => c != currency).Select(c => (Currency?)c).FirstOrDefault();

        bool Overlap(DateTimeOffset start, DateTimeOffset? end) => start < to && (end is not { } until || from < until);
    }

    /// <summary>An earlier import may still take back what this one brings less of.</summary>
    private static void RequireNothingNegative(BillLine line, IReadOnlyList<PaidAmount> net, List<ImportedCost> kept, Checks checks)
    {
        var sums = new PaidPeriods(net.Concat(kept.SelectMany(i => i.Amounts))).Amounts;
        if (sums.All(a => a.Amount >= 0)) return;
        var below = sums.First(a => a.Amount < 0);
        var by = kept.First(i => i.Amounts.Any(a => a.Amount < 0 && a.First == below.First && a.End == below.End));
        checks.Fail(
            "credit_too_large", "amount",
            $"Import {by.Import} takes back more of line '{line.Line}' of {line.Fleet} from {CostTable.Written(below.First.Start)} to {CostTable.Written(below.End.Start)} than this file has; replace that import too.");
    }

    private static string TooLarge(BillLine line, PaidAmount credit) =>
        $"Line '{line.Line}' of {line.Fleet} has {credit.Amount} from {CostTable.Written(credit.First.Start)} to {CostTable.Written(credit.End.Start)}, and not as much cost in that period to take it from: "
        + "net it over the whole bill (`netting: BILL`), or map it to a fleet or a shared line that has such cost.";

    private static bool IsShared(FleetBook book, BillLine line) => line.IsShared ?? book.IsShared(line.Fleet);
}
