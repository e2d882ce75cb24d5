using System.Numerics;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>What checks found: a difference stays one row from when it was first seen until it is healed.</summary>
internal static class LedgerDifferences
{
    /// <param name="connection">In the check's transaction.</param>
    /// <param name="differences">What this check found, all of it or the first ones.</param>
    /// <param name="sawAll">Whether what is not among them is right again.</param>
    /// <param name="at">The time of the check.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many are open now.</returns>
    public static async Task<long> SaveAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerDifference> differences, bool sawAll, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Upsert(differences, at));
        if (sawAll)
        {
            batch.BatchCommands.Add(new("update finops.ledger_difference set healed_at = $1 where healed_at is null and last_seen_at < $1")
            {
                Parameters = { new() { Value = at } },
            });
        }

        batch.BatchCommands.Add(new("delete from finops.ledger_difference where healed_at < $1")
        {
            Parameters = { new() { Value = at - Limits.LedgerHealedKept } },
        });
        await batch.ExecuteNonQueryAsync(cancellation);
        await using var open = new NpgsqlCommand("select count(*) from finops.ledger_difference where healed_at is null", connection);
        return (long)(await open.ExecuteScalarAsync(cancellation))!;
    }

    private static NpgsqlBatchCommand Upsert(IReadOnlyList<LedgerDifference> differences, DateTimeOffset at)
    {
        return new NpgsqlBatchCommand(
            """
            insert into finops.ledger_difference as d
              (kind, tenant, model, fleet, rate_class, tags, slot, unit, expected, found, first_seen_at, last_seen_at)
            select k, t, m, f, r, g, s, u, e, n, $11, $11
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as x (k, t, m, f, r, g, s, u, e, n)
            on conflict (kind, tenant, model, fleet, rate_class, tags, slot, unit) where healed_at is null
            do update set expected = excluded.expected, found = excluded.found, last_seen_at = excluded.last_seen_at
            """)
        {
            Parameters =
            {
                Column(d => d.Kind.ToString()),
                Column(d => d.Tenant),
                Column(d => d.Model),
                Column(d => d.Fleet),
                Column(d => d.RateClass),
                Column(d => d.Tags),
                Column(d => d.Slot),
                Column(d => d.Unit),
                Column<BigInteger>(d => d.Expected),
                Column<BigInteger>(d => d.Found),
                new() { Value = at },
            },
        };

        NpgsqlParameter Column<T>(Func<LedgerDifference, T> value) => new() { Value = differences.Select(value).ToArray() };
    }
}
