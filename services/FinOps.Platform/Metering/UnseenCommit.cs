using FinOps.Domain.Metering;
using FinOps.Platform.Storage;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// A commit in one round trip, without a look before: it bets that the meters know their streams and that every record is new. The database
/// holds it to both in the transaction itself, by the version that an event takes from its stream and by the unique key; where either is
/// otherwise nothing is written, and the caller looks first.
/// </summary>
internal sealed class UnseenCommit(LedgerDatabase database, SeriesIds series)
{
    private static readonly Dictionary<RecordKey, long> NothingCounted = [];

    /// <summary>What can be made of a commit before the one before it has ended: all but the versions of its streams.</summary>
    /// <returns>Null where one must look first.</returns>
    public Bet? Prepare(IReadOnlyList<MeterFlush> flushes, int lane, DateTimeOffset recordedAt)
    {
        var records = new List<RecordDigest>(flushes.Count);
        foreach (var flush in flushes)
        {
            foreach (var pending in flush.Records)
            {
                // A backfill's name is a lock, and may be used up.
                if (pending.Record.Backfill is not null) return null;
                records.Add(pending.Digest);
            }
        }

        var outcomes = DedupeDecision.Decide(records, NothingCounted);
        // A conflict within the commit may be with a record that was amended.
        if (outcomes.Contains(RecordOutcome.Conflict)) return null;
        var group = new LedgerGroup(flushes, outcomes);
        if (series.Known(group.Series) is not { } ids) return null;
        return new Bet(
            flushes, group, group.Events(recordedAt),
            [
                DedupeKeys.Claim(group.Accepted),
                .. LedgerTables.ChangeBuckets(group.Buckets, ids, recordedAt),
                .. LedgerTables.AddTallies(group.Tallies, lane, recordedAt),
            ]);
    }

    /// <returns>Null where one must look first; nothing was written then.</returns>
    public async Task<IReadOnlyList<FlushResult>?> TryAsync(Bet bet, CancellationToken cancellation)
    {
        if (Believed(bet.Flushes) is not { } versions) return null;
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        // Statements up to the end of a batch are one transaction by themselves, which has committed when the batch ends.
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(LedgerEvents.Append(bet.Events, versions));
        batch.Add(bet.Rest);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException lost) when (IsLost(lost))
        {
            return null;
        }

        return bet.Group.Results(versions);
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
                // Two activations of one meter in one commit may believe otherwise, and at most one of them is right.
                if (!versions.TryAdd(stream, version) && versions[stream] != version) return null;
            }
        }

        return versions;
    }

    private static bool IsLost(PostgresException failure) => (failure.SqlState, failure.TableName) is
        (PostgresErrorCodes.NotNullViolation, "mt_events") or (PostgresErrorCodes.UniqueViolation, "usage_key") or (PostgresErrorCodes.DeadlockDetected, _);
}

/// <summary>A commit that is ready but for the versions of its streams, which the commit before it may change.</summary>
/// <param name="Flushes">Whose records they are, all of them.</param>
/// <param name="Group">What it writes.</param>
/// <param name="Events">By stream, in the order of their locks.</param>
/// <param name="Rest">The statements after those of the events.</param>
internal sealed record Bet(
    IReadOnlyList<MeterFlush> Flushes, LedgerGroup Group, IReadOnlyList<LedgerEvents.Appended> Events, IReadOnlyList<NpgsqlBatchCommand> Rest);
