using FinOps.Domain.Metering;
using Marten;
using Marten.Services;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// One transaction for many meters: versions are checked under the streams' row locks, dedupe keys decide who is new, and events, buckets,
/// conflicts and tallies follow. All of it is there, or none. Locks are taken in one order everywhere: names of backfills, streams,
/// keys, buckets, tallies.
/// </summary>
internal sealed class LedgerCommit(NpgsqlDataSource database, IDocumentStore store, SeriesIds series, Backfills backfills, TimeProvider clock)
{
    public async Task<IReadOnlyList<FlushResult>> CommitAsync(IReadOnlyList<MeterFlush> flushes, int lane, CancellationToken cancellation)
    {
        try
        {
            return await TryCommitAsync(flushes, lane, cancellation);
        }
        catch (Exception failure) when (StreamRace.IsLost(failure))
        {
            // Another activation started a stream since we looked. Seen now, its version leaves the stale meter out.
            return await TryCommitAsync(flushes, lane, cancellation);
        }
    }

    private async Task<IReadOnlyList<FlushResult>> TryCommitAsync(
        IReadOnlyList<MeterFlush> flushes, int lane, CancellationToken cancellation)
    {
        var recordedAt = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        var (versions, voided) = await LockStreamsAsync(connection, flushes, cancellation);
        var fresh = flushes.Where(f => IsFresh(f, versions)).ToList();
        var outcomes = await DecideAsync(connection, fresh.SelectMany(f => f.Records).ToList(), voided, cancellation);

        var entries = Entries(fresh, outcomes);
        var accepted = entries.Where(e => e.Outcome == RecordOutcome.Accepted).Select(e => e.Pending.Record).ToList();
        var streams = accepted.GroupBy(MeterMonth.Of).Select(g => (Id: g.Key.StreamId, Event: UsageRecorded.Pack([.. g], recordedAt))).ToList();
        if (streams.Count > 0)
        {
            await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
            foreach (var (id, recorded) in streams)
            {
                if (versions.ContainsKey(id)) session.Events.Append(id, recorded);
                // There was no row to lock: of two activations that start it, one must fail.
                else session.Events.StartStream(id, recorded);
            }

            await session.SaveChangesAsync(cancellation);
        }

        var ids = await series.ResolveAsync(connection, accepted, cancellation);
        IReadOnlyList<(string, string)> backfilled;
        await using (var batch = new NpgsqlBatch(connection))
        {
            backfilled = backfills.Note(batch, accepted);
            LedgerTables.AddBuckets(batch, Bucket.Fold(accepted), ids, recordedAt);
            LedgerTables.AddConflicts(batch, entries, recordedAt);
            LedgerTables.AddTallies(batch, entries, lane, recordedAt);
            if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        series.Remember(ids);
        backfills.Remember(backfilled);

        foreach (var (id, _) in streams) versions[id] = versions.GetValueOrDefault(id) + 1;
        return Results(flushes, fresh, outcomes, versions);
    }

    /// <summary>Locks the streams and, before them and in the same round trip, the names of backfills; live records have none.</summary>
    /// <returns>The streams' versions, and the backfills whose names are used up.</returns>
    private static async Task<(Dictionary<string, long> Versions, HashSet<(string, string)> Voided)> LockStreamsAsync(
        NpgsqlConnection connection, IReadOnlyList<MeterFlush> flushes, CancellationToken cancellation)
    {
        var names = flushes.SelectMany(f => f.Records).Select(r => r.Record.Backfill).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToArray();
        var ids = flushes.SelectMany(f => f.Records).Select(r => MeterMonth.Of(r.Record)).Distinct().Select(m => m.StreamId).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        if (names.Length > 0)
        {
            foreach (var command in Backfills.Enter(names)) batch.BatchCommands.Add(command);
        }

        batch.BatchCommands.Add(new("select id, version from finops.mt_streams where id = any($1) order by id for update")
        {
            Parameters = { new() { Value = ids } },
        });
        var versions = new Dictionary<string, long>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var voided = names.Length > 0 ? await Backfills.ReadVoidedAsync(reader, cancellation) : [];
        while (await reader.ReadAsync(cancellation)) versions[reader.GetString(0)] = reader.GetInt64(1);
        return (versions, voided);
    }

    private static async Task<IReadOnlyList<RecordOutcome>> DecideAsync(
        NpgsqlConnection connection, List<PendingRecord> records, HashSet<(string, string)> voided, CancellationToken cancellation)
    {
        var asked = voided.Count == 0 ? records : records.Where(r => !Backfills.IsVoided(voided, r.Record)).ToList();
        var outcomes = await DedupeKeys.DecideAsync(connection, asked, cancellation);
        if (asked.Count == records.Count) return outcomes;
        using var decided = outcomes.GetEnumerator();
        return [.. records.Select(r => Backfills.IsVoided(voided, r.Record) || !decided.MoveNext() ? RecordOutcome.BackfillVoided : decided.Current)];
    }

    private static bool IsFresh(MeterFlush flush, Dictionary<string, long> versions) => StreamVersions.Agree(
        flush.Records.Select(r => MeterMonth.Of(r.Record)).Distinct().Select(m => m.StreamId), flush.Versions, versions);

    private static List<LedgerEntry> Entries(List<MeterFlush> fresh, IReadOnlyList<RecordOutcome> outcomes)
    {
        var entries = new List<LedgerEntry>(outcomes.Count);
        foreach (var flush in fresh)
        {
            foreach (var pending in flush.Records) entries.Add(new LedgerEntry(pending, outcomes[entries.Count]));
        }

        return entries;
    }

    private static List<FlushResult> Results(
        IReadOnlyList<MeterFlush> flushes, List<MeterFlush> fresh, IReadOnlyList<RecordOutcome> outcomes,
        Dictionary<string, long> versions)
    {
        var results = new List<FlushResult>(flushes.Count);
        var next = 0;
        foreach (var flush in flushes)
        {
            if (!fresh.Contains(flush))
            {
                results.Add(FlushResult.Stale.Instance);
                continue;
            }

            var own = outcomes.Skip(next).Take(flush.Records.Count).ToArray();
            next += flush.Records.Count;
            var added = Bucket.Empty;
            for (var i = 0; i < own.Length; i++)
            {
                if (own[i] == RecordOutcome.Accepted) added = added.With(flush.Records[i].Record);
            }

            var streams = flush.Records.Select(r => MeterMonth.Of(r.Record)).Distinct().Select(m => m.StreamId)
                .Where(versions.ContainsKey).ToDictionary(id => id, id => versions[id]);
            results.Add(new FlushResult.Committed(own, streams, added));
        }

        return results;
    }
}

/// <summary>One record and what became of it.</summary>
internal readonly record struct LedgerEntry(PendingRecord Pending, RecordOutcome Outcome);
