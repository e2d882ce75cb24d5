using System.Data;
using System.Diagnostics;
using System.Numerics;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Hangfire;
using Marten;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>What one check saw.</summary>
/// <param name="At">Its snapshot.</param>
/// <param name="Events">The events behind the sums that were compared.</param>
/// <param name="Records">The records in them.</param>
/// <param name="EventsRead">Those that it read to know.</param>
/// <param name="StreamsPending">Streams that it left for the next one.</param>
/// <param name="Differences">What did not agree.</param>
/// <param name="Open">Differences that are open now; more than those above where they were too many to keep.</param>
/// <param name="Took">How long it took.</param>
internal sealed record LedgerCheck(
    DateTimeOffset At, long Events, BigInteger Records, long EventsRead, long StreamsPending, IReadOnlyList<LedgerDifference> Differences,
    long Open, TimeSpan Took);

/// <summary>
/// The invariant Σ buckets = Σ events, watched while it serves. Harmless when it runs twice, at once, or is killed midway: one at a time looks,
/// all that it writes is in one transaction, and the next one starts from there.
/// </summary>
public sealed class CheckLedger(NpgsqlDataSource database, IDocumentStore store, LedgerAlarm alarm, TimeProvider clock)
{
    // It comes again by itself.
    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellation) => CheckAsync(cancellation);

    /// <param name="cancellation">Stops it; nothing is written then.</param>
    /// <param name="foldAgain">Events to fold again at least, beside the new ones.</param>
    /// <returns>Null when another process is at it.</returns>
    internal async Task<LedgerCheck?> CheckAsync(CancellationToken cancellation, long foldAgain = Limits.LedgerEventsFoldedAgain)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The lock before the snapshot: who comes next must see what this one wrote.
        await using var claim = new NpgsqlCommand("select pg_try_advisory_lock(hashtext('finops-check-ledger'))", connection);
        if (await claim.ExecuteScalarAsync(cancellation) is not true) return null;
        try
        {
            var check = await CompareAsync(connection, foldAgain, cancellation);
            alarm.Tell(check);
            return check;
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(hashtext('finops-check-ledger'))", CancellationToken.None);
        }
    }

    private async Task<LedgerCheck> CompareAsync(NpgsqlConnection connection, long foldAgain, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var at = clock.GetUtcNow();
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using var stored = UsageEvents.In(snapshot, store);
        var streams = await LedgerStreams.ReadAsync(connection, cancellation);
        var plan = LedgerPlan.Of(streams, foldAgain);
        var comparison = new LedgerComparison(connection, stored, at);
        await comparison.RunAsync(streams, plan, cancellation);
        var keysCounted = plan.Pending == 0 && await LedgerKeys.CompareAsync(connection, comparison, at, cancellation);

        var differences = comparison.Differences.Take(Limits.LedgerDifferencesKept).ToList();
        var sawAll = plan.Pending == 0 && differences.Count == comparison.Differences.Count;
        var open = await LedgerDifferences.SaveAsync(connection, differences, sawAll, at, cancellation);
        await LedgerStreams.SaveAsync(connection, comparison.Checkpoints, cancellation);
        var check = new LedgerCheck(
            at, plan.Streams.Sum(s => s.Version), comparison.Records, comparison.EventsRead, plan.Pending, comparison.Differences,
            Math.Max(open, comparison.Differences.Count), Stopwatch.GetElapsedTime(start));
        await SaveAsync(connection, check, keysCounted, cancellation);
        await snapshot.CommitAsync(cancellation);
        return check;
    }

    private static async Task SaveAsync(NpgsqlConnection connection, LedgerCheck check, bool keysCounted, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into finops.ledger_check as c
              (id, checked_at, events, records, events_read, streams_pending, keys_checked_at, differences, seconds)
            values (1, $1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (id) do update set checked_at = excluded.checked_at, events = excluded.events, records = excluded.records,
              events_read = excluded.events_read, streams_pending = excluded.streams_pending,
              keys_checked_at = coalesce(excluded.keys_checked_at, c.keys_checked_at), differences = excluded.differences,
              seconds = excluded.seconds
            """, connection)
        {
            Parameters =
            {
                new() { Value = check.At },
                new() { Value = check.Events },
                new() { Value = check.Records },
                new() { Value = check.EventsRead },
                new() { Value = check.StreamsPending },
                new() { Value = keysCounted ? check.At : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz },
                new() { Value = check.Open },
                new() { Value = (decimal)check.Took.TotalSeconds },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
