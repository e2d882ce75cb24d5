using System.Data;
using FinOps.Domain.Reporting;
using FinOps.Platform.Pricing;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>Answers a unit cost question from the books and the buckets as they are now, in one snapshot.</summary>
public sealed class SumUnitCost(NpgsqlDataSource database, LiveBooks books)
{
    internal async Task<UnitCostSummary> RunAsync(UnitCostQuestion question, CancellationToken cancellation)
    {
        var now = await books.NowAsync(cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var reading = await ReadUnitCost.OfAsync(connection, question, now, cancellation);
        return await reading.SumAsync(connection, question, now, asOf: null, cancellation);
    }
}
