using FinOps.Domain.Metering;
using FinOps.Platform.Storage;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// A commit in one round trip, without a look before: it bets that the meters know their streams and that every record is new. The database
/// holds it to both in the transaction itself, by the version that an event takes from its stream and by the unique key; where either is
/// otherwise nothing is written, and the caller looks first.
/// </summary>
internal sealed class UnseenCommit(LedgerDatabase database, LedgerEvents events, SeriesIds series)
{
    private static readonly Dictionary<RecordKey, long> NothingCounted = [];

    /// <returns>Null where one must look first; nothing was written then.</returns>
    public async Task<IReadOnlyList<FlushResult>?> TryAsync(
        IReadOnlyList<MeterFlush> flushes, int lane, DateTimeOffset recordedAt, CancellationToken cancellation)
    {
        if (Believed(flushes) is not { } versions) return null;
        var records = flushes.SelectMany(f => f.Records).ToList();
        // A backfill's name is a lock, and may be used up.
        if (records.Exists(r => r.Record.Backfill is not null)) return null;
        var outcomes = DedupeDecision.Decide(records.ConvertAll(r => r.Digest), NothingCounted);
        // A conflict within the commit may be with a record that was amended.
        if (outcomes.Contains(RecordOutcome.Conflict)) return null;
        var group = new LedgerGroup(flushes, outcomes, versions);
        if (series.Known(group.Series) is not { } ids) return null;

        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        // Statements up to the end of a batch are one transaction by themselves, which has committed when the batch ends.
        await using var batch = new NpgsqlBatch(connection);
        events.Append(batch, group.Events(versions, recordedAt));
        batch.BatchCommands.Add(DedupeKeys.Claim(group.Accepted));
        LedgerTables.ChangeBuckets(batch, group.Buckets, ids, recordedAt);
        LedgerTables.AddTallies(batch, group.Tallies, lane, recordedAt);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException lost) when (IsLost(lost))
        {
            return null;
        }

        return group.Results;
    }

    /// <returns>The versions of the streams; null where one is new, which needs a lock that it does not have yet.</returns>
    private static Dictionary<string, long>? Believed(IReadOnlyList<MeterFlush> flushes)
    {
        var versions = new Dictionary<string, long>(flushes.Count);
        foreach (var flush in flushes)
        {
            foreach (var stream in flush.Streams)
            {
                if (!flush.Versions.TryGetValue(stream, out var version)) return null;
                // Two activations of one meter in one commit: at most one of them knows its streams.
                if (!versions.TryAdd(stream, version)) return null;
            }
        }

        return versions;
    }

    private static bool IsLost(PostgresException failure) => (failure.SqlState, failure.TableName) is
        (PostgresErrorCodes.NotNullViolation, "mt_events") or (PostgresErrorCodes.UniqueViolation, "usage_key") or (PostgresErrorCodes.DeadlockDetected, _);
}
