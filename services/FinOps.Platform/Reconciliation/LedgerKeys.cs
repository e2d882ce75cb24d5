using System.Numerics;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>
/// A dedupe key for each record that counts and each that was voided singly, whose id stays taken: one too few would let a record be counted
/// again.
/// </summary>
internal static class LedgerKeys
{
    /// <returns>Whether they were counted this time: few always, many once in a period, and always while they do not agree.</returns>
    public static async Task<bool> CompareAsync(
        NpgsqlConnection connection, LedgerComparison comparison, DateTimeOffset at, CancellationToken cancellation)
    {
        if (!await IsDueAsync(connection, comparison.Records, at, cancellation)) return false;
        await using var command = new NpgsqlCommand("""
            select (select count(*) from finops.usage_key), (
              select count(*) from (select distinct on (key_high, key_low) content from finops.usage_revision
                order by key_high, key_low, revision desc) r
              where content is null)
            """, connection)
        {
            CommandTimeout = Limits.LedgerCheckCommandSeconds,
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        var (there, expected) = (row.GetInt64(0), comparison.Records + row.GetInt64(1));
        if (there != expected) comparison.Differences.Add(new(LedgerDifferenceKind.Keys, "", "", "", "", "", 0, "keys", expected, there));
        return true;
    }

    private static async Task<bool> IsDueAsync(NpgsqlConnection connection, BigInteger keys, DateTimeOffset at, CancellationToken cancellation)
    {
        if (keys <= Limits.LedgerKeysCountedEachTime) return true;
        await using var command = new NpgsqlCommand(
            """
            select coalesce((select keys_checked_at <= $1 from finops.ledger_check), true)
              or exists (select from finops.ledger_difference where healed_at is null and kind = 'Keys')
            """, connection)
        {
            Parameters = { new() { Value = at - Limits.LedgerKeysPeriod } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
