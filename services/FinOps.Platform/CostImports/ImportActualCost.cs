using FinOps.Domain.CostImports;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using Marten;
using Marten.Services;
using Npgsql;

namespace FinOps.Platform.CostImports;

/// <summary>
/// Imports what was really paid: all rows in one transaction, or none. The fleets' streams are locked while it decides, so two imports of
/// one fleet come one after the other, and the second sees the first.
/// </summary>
public sealed class ImportActualCost(NpgsqlDataSource database, IDocumentStore store, LiveBooks live, TimeProvider clock)
{
    /// <exception cref="RejectedException">Names what is wrong; nothing was recorded.</exception>
    internal async Task<CostImportReport> RunAsync(CostImportInput input, string by, CancellationToken cancellation)
    {
        var checks = new Checks();
        checks.Named(input.File, "file");
        if (input.Fleet is not null) checks.Named(input.Fleet, "fleet");
        var replaces = Guid.TryParse(input.Replaces, out var named) ? named : (Guid?)null;
        if (input.Replaces is not null && replaces is null) checks.Fail("import_unknown", "replaces", $"'{input.Replaces}' is no import; `costImports` lists them.");
        checks.ThrowIfAny();
        var file = ReadCostFile.From(input);
        var asked = new AskedCostImport(Guid.CreateVersion7(clock.GetUtcNow()), file.Digest, input.Netting ?? CreditNetting.ChargePeriod, replaces);
        var books = (await live.NowAsync(cancellation)).Fleets;
        if (replaces is { } gone && !books.Fleets.Any(f => books.Imports(f).Any(i => i.Import == gone)))
            throw new RejectedException(new Rejection("import_unknown", "replaces", $"No import {gone} counts; `costImports` lists those that do."));
        var decided = DecideCostImport.Of(books, file.Bill, asked);
        RequireBounded(books, decided.Facts);
        if (input.DryRun == true || decided.Facts.Count == 0) return Report(input, file, decided, books, changed: false);
        return await RecordAsync(input, file, asked, books, by, cancellation);
    }

    private async Task<CostImportReport> RecordAsync(
        CostImportInput input, CostFile file, AskedCostImport asked, FleetBook books, string by, CancellationToken cancellation)
    {
        var touched = file.Bill.Lines.Select(l => l.Fleet)
            .Concat(books.Fleets.Where(f => asked.Replaces is { } gone && books.Imports(f).Any(i => i.Import == gone)));
        var streams = touched.Select(f => $"fleet/{f}").Distinct().Order(StringComparer.Ordinal).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RecordInBooks.LockAsync(connection, transaction, streams, cancellation);
        await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
        // Decided again on what the streams hold now: only this decision counts.
        var fleets = BookEvents.Fold((await LiveBooks.FactsAsync(session, streams, cancellation)).Select(f => f.Fact)).Fleets;
        var decided = DecideCostImport.Of(fleets, file.Bill, asked);
        var report = Report(input, file, decided, fleets, changed: decided.Facts.Count > 0);
        if (decided.Facts.Count == 0) return report;
        var now = clock.GetUtcNow();
        foreach (var fact in decided.Facts)
        {
            session.Events.Append($"fleet/{fact.Fleet}", ActualCostImported.Of(fact, now, by));
            session.QueueSqlCommand("update finops.book_stream set events = events + 1 where stream = ?", $"fleet/{fact.Fleet}");
        }

        await session.SaveChangesAsync(cancellation);
        report = report with { ImportId = asked.Import.ToString() };
        await CostImportTable.InsertAsync(connection, asked, decided, report, now, by, cancellation);
        await transaction.CommitAsync(cancellation);
        return report;
    }

    private static void RequireBounded(FleetBook books, IReadOnlyList<ImportedCost> facts)
    {
        if (ImportEffect.Hours(facts) > Limits.CostImportHours)
            throw Refused("import_too_long", $"An import covers at most {Limits.CostImportHours} hours of fleets; split the file by month or by fleet.");
        var replaced = facts.SelectMany(f => f.Replaces).ToHashSet();
        var kept = books.Fleets.SelectMany(books.Imports).Where(i => !replaced.Contains(i.Import)).Sum(i => (long)i.Amounts.Count);
        if (kept + facts.Sum(f => (long)f.Amounts.Count) > Limits.CostImportAmountsHeld)
            throw Refused("too_many_amounts", $"All imports together hold at most {Limits.CostImportAmountsHeld} amounts, so that books stay quick; import daily rows instead of hourly ones.");
    }

    private static RejectedException Refused(string code, string message) => new(new Rejection(code, "content", message));

    private static CostImportReport Report(CostImportInput input, CostFile file, DecidedCostImport decided, FleetBook books, bool changed)
    {
        var bill = file.Bill;
        var (unmapped, leftOut) = (Sum(bill.Unmapped), Sum(bill.LeftOut));
        var mapped = Sum(bill.Lines.Select(l => (l.Line, l.Sum)));
        Invariant.Require(mapped + unmapped + leftOut == bill.Total, "every row of the file is accounted for");
        return new CostImportReport(
            changed, input.DryRun ?? false, decided.Earlier?.ToString(), input.File, file.FileDigest, file.Format, file.CostColumn, bill.Currency?.Code,
            bill.Total.Rows, bill.Total.Amount, mapped.Rows, mapped.Amount, decided.Rounding, unmapped.Rows, unmapped.Amount, leftOut.Rows, leftOut.Amount,
            [.. ImportEffect.Of(books, bill, decided.Facts).Select(CostImportFleet.Of)],
            CostImportRows.All(bill.Unmapped.Take(Limits.CostImportUnmappedShown)), CostImportRows.All(bill.LeftOut.Take(Limits.CostImportUnmappedShown)),
            CostImportRows.All(bill.Categories), [.. decided.Staying.Select(CostImportStaying.Of)]);
    }

    private static RowSum Sum(IEnumerable<(string What, RowSum Sum)> sums) => sums.Aggregate(default(RowSum), (all, one) => all + one.Sum);
}
