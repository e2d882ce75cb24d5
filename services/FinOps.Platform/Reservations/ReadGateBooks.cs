using System.Data;
using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Platform.Budgets;
using FinOps.Platform.Pricing;
using Marten;
using Marten.Services;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FinOps.Platform.Reservations;

/// <summary>A budget's terms at a version of its stream.</summary>
internal sealed record KnownTerms(BudgetTerms Terms, long Version);

/// <param name="Books">Limit and spend of the current period.</param>
/// <param name="Counted">Those of the awaited records that the spend holds.</param>
/// <param name="GateVersion">Of the reservations, in the same snapshot.</param>
/// <param name="Terms">To be handed in next time.</param>
internal sealed record SeenBooks(GateBooks Books, IReadOnlyCollection<RecordKey> Counted, long GateVersion, KnownTerms Terms);

/// <summary>
/// What the books say of a hard budget, in one snapshot of the database: a record's key and its quantities are committed together, so a
/// record is in the spend exactly when its key is there, and no reservation counts beside its own record.
/// </summary>
internal sealed class ReadGateBooks(
    NpgsqlDataSource database, IDocumentStore store, LiveBooks live, BudgetSpends spends, TimeProvider clock, IOptions<ReservationOptions> options)
{
    /// <param name="budget">Whose books.</param>
    /// <param name="known">The terms as they were last time; read again only where they changed.</param>
    /// <param name="awaited">Records that would end a reservation.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Null when the budget is closed or no hard one.</returns>
    public async Task<SeenBooks?> ReadAsync(BudgetId budget, KnownTerms? known, IEnumerable<RecordKey> awaited, CancellationToken cancellation)
    {
        // Before the connection: as many gates as the pool has connections may wake at once, and each would wait for another's second one.
        var rates = await live.NowAsync(cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using (var patience = new NpgsqlCommand($"set local statement_timeout = {(int)options.Value.Patience.TotalMilliseconds}", connection))
            await patience.ExecuteNonQueryAsync(cancellation);
        // The snapshot begins with the first question, so it is no older than this.
        var now = clock.GetUtcNow();
        if (await VersionsAsync(connection, budget, cancellation) is not { } versions) return null;
        if (known is null || known.Version != versions.Budget)
        {
            await using var session = store.QuerySession(SessionOptions.ForTransaction(transaction));
            if ((await BudgetStreams.LoadAsync(session, budget, cancellation)).State is not Budget.Open open) return null;
            known = new KnownTerms(open.Terms, versions.Budget);
        }

        var counted = await CountedAsync(connection, awaited, cancellation);
        var terms = known.Terms;
        var period = BudgetCalendar.Current(terms.Period, now);
        var (spend, limit) = await spends.InAsync(terms, period, rates, connection, cancellation);
        return new SeenBooks(new GateBooks(period, limit, spend, now), counted, versions.Gate, known);
    }

    private static async Task<(long Gate, long Budget)?> VersionsAsync(NpgsqlConnection connection, BudgetId budget, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select g.version, b.version from finops.gate g join finops.budget b on b.id = g.budget_id
            where g.budget_id = $1 and g.is_hard and not b.closed
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = budget.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private static async Task<IReadOnlyCollection<RecordKey>> CountedAsync(
        NpgsqlConnection connection, IEnumerable<RecordKey> awaited, CancellationToken cancellation)
    {
        var keys = awaited.Select(k => (k.High, k.Low)).Order().ToArray();
        if (keys.Length == 0) return [];
        // The limit keeps the planner from reading the whole table for many keys.
        await using var command = new NpgsqlCommand(
            """
            select k.key_high, k.key_low from unnest($1, $2) as t (high, low) cross join lateral (
              select key_high, key_low from finops.usage_key where key_high = t.high and key_low = t.low limit 1) k
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(keys, k => k.High) });
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(keys, k => k.Low) });
        var counted = new List<RecordKey>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) counted.Add(new RecordKey(reader.GetInt64(0), reader.GetInt64(1)));
        return counted;
    }
}
