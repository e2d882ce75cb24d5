using System.Data;
using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Pricing;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers <c>unitEconomics</c>: the sums of <c>unitCost</c>, by token class as well, and what fleets make of their accelerators.</summary>
public sealed class UnitEconomicsReports(NpgsqlDataSource database, LiveBooks live, TimeProvider clock)
{
    internal async Task<UnitEconomicsReport> AskAsync(UnitCostArguments arguments, Viewer viewer, CancellationToken cancellation)
    {
        var books = arguments.AsOf is { } instant ? await live.AsOfAsync(instant, cancellation) : await live.NowAsync(cancellation);
        var asked = AskedUnitCost.Of(arguments with { ByClass = true }, viewer, books.Tenants, clock.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var summary = await SumAsync(connection, asked, books, cancellation);
        var fleets = asked.Question.ShowsIdle ? await FleetsAsync(connection, arguments, viewer, books, cancellation) : [];
        return new UnitEconomicsReport(
            [.. summary.Rows.Select(r => UnitEconomicsRow.Of(r.Key, r.Cell, asked.Calendars))],
            UnitEconomicsRow.Of(CellKey.Total, summary.Total, asked.Calendars), asked.Question.Basis, summary.Currency?.Code, asked.TimeZone,
            string.Join(", ", summary.WeightSets), fleets);
    }

    /// <summary>By allocation what idle hours cost, by usage what was not used of the others as well.</summary>
    private async Task<IReadOnlyList<FleetEconomics>> FleetsAsync(
        NpgsqlConnection connection, UnitCostArguments arguments, Viewer viewer, Books books, CancellationToken cancellation)
    {
        var byFleet = arguments with { GroupBy = [Dimension.Fleet], TagKey = null, TimeZone = "UTC", ByClass = false };
        var (allocated, used) = (await RowsAsync(CostBasis.Allocation), await RowsAsync(CostBasis.Usage));
        return
        [
            .. allocated.GroupBy(r => r.Key.Fleet).Where(f => f.Key is not null && books.Fleets.IsRegistered(new FleetId(f.Key)))
                .OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => Of(f.Key!, [.. f], [.. used.Where(r => r.Key.Fleet == f.Key)])),
        ];

        async Task<IReadOnlyList<(CellKey Key, UnitCostCell Cell)>> RowsAsync(CostBasis basis) => (await SumAsync(
            connection, AskedUnitCost.Of(byFleet with { Basis = basis }, viewer, books.Tenants, clock.GetUtcNow()), books, cancellation)).Rows;

        FleetEconomics Of(string fleet, List<(CellKey Key, UnitCostCell Cell)> rows, List<(CellKey Key, UnitCostCell Cell)> byUse) => FleetEconomics.Of(
            fleet, rows, byUse, AcceleratorHours.Of(books.Fleets, new FleetId(fleet), arguments.Where.Window(), arguments.AsOf ?? clock.GetUtcNow()));
    }

    private static async Task<UnitCostSummary> SumAsync(NpgsqlConnection connection, AskedUnitCost asked, Books books, CancellationToken cancellation)
    {
        var reading = await ReadUnitCost.OfAsync(connection, asked.Question, books, cancellation);
        return await reading.SumAsync(connection, asked.Question, books, asked.AsOf, cancellation);
    }
}
