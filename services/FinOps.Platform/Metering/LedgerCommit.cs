using FinOps.Domain.Metering;
using FinOps.Platform.Corrections;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// One transaction for many meters: versions are checked under the streams' row locks, dedupe keys decide who is new, and events, buckets,
/// conflicts and tallies follow. All of it is there, or none. Locks are taken in one order everywhere: names of backfills, streams,
/// keys, series, buckets, tallies.
/// </summary>
internal sealed class LedgerCommit(
    LedgerDatabase database, UnseenCommit unseen, SeriesIds series, Backfills backfills, TimeProvider clock)
{
    // By lane: whether its last commit met anything but new records. Who sends again sends much again, and then a look is cheaper than a lost bet.
    private readonly bool[] metKnown = new bool[Limits.LedgerLanes];

    /// <summary>What can be made of a commit while the one before it is under way.</summary>
    /// <returns>Null where it must look first.</returns>
    public Bet? Prepare(IReadOnlyList<MeterFlush> flushes, int lane) => metKnown[lane] ? null : unseen.Prepare(flushes, lane, clock.GetUtcNow());

    public Task<IReadOnlyList<FlushResult>> CommitAsync(IReadOnlyList<MeterFlush> flushes, int lane, CancellationToken cancellation) =>
        CommitAsync(flushes, Prepare(flushes, lane), lane, cancellation);

    /// <param name="flushes">Whose meters the lane holds.</param>
    /// <param name="bet">What was <see cref="Prepare">prepared</see> of these flushes.</param>
    /// <param name="lane">Who commits.</param>
    /// <param name="cancellation">Stops it; what became of it is unknown then.</param>
    public async Task<IReadOnlyList<FlushResult>> CommitAsync(IReadOnlyList<MeterFlush> flushes, Bet? bet, int lane, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (attempt == 1 && bet is not null && !metKnown[lane] && await unseen.TryAsync(bet, cancellation) is { } results) return results;
                return await LookAndCommitAsync(flushes, lane, cancellation);
            }
            catch (Exception failure) when (CommitRace.IsLost(failure) && attempt < Limits.CommitRacesLost)
            {
                // Somebody started a stream or counted an identity since we looked. Seen now, it makes a meter stale or a record a duplicate.
            }
        }
    }

    private async Task<IReadOnlyList<FlushResult>> LookAndCommitAsync(
        IReadOnlyList<MeterFlush> flushes, int lane, CancellationToken cancellation)
    {
        var recordedAt = clock.GetUtcNow();
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        var books = await EnterAsync(connection, flushes, cancellation);
        var fresh = flushes.Where(f => StreamVersions.Agree(f.Streams, f.Versions, books.Versions)).ToList();
        var outcomes = await DecideAsync(connection, fresh.SelectMany(f => f.Records).ToList(), books, cancellation);
        var group = new LedgerGroup(fresh, outcomes);
        var (ids, backfilled) = await WriteAsync(connection, group, books.Versions, lane, recordedAt, cancellation);
        await transaction.CommitAsync(cancellation);
        series.Remember(ids);
        backfills.Remember(backfilled);
        metKnown[lane] = fresh.Count < flushes.Count || Array.Exists(outcomes, o => o != RecordOutcome.Accepted);

        var committed = fresh.Zip(group.Results(books.Versions)).ToDictionary(r => r.First, FlushResult (r) => r.Second);
        return [.. flushes.Select(f => committed.GetValueOrDefault(f, FlushResult.Stale.Instance))];
    }

    /// <returns>What may be remembered once the transaction has committed.</returns>
    private async Task<(IReadOnlyDictionary<SeriesKey, int> Series, IReadOnlyList<(string, string)> Backfilled)> WriteAsync(
        NpgsqlConnection connection, LedgerGroup group, Dictionary<string, long> versions, int lane, DateTimeOffset recordedAt,
        CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (group.Accepted.Count > 0) batch.BatchCommands.Add(DedupeKeys.Claim(group.Accepted));
        var wanted = group.Series;
        if (series.Known(wanted) is not { } ids)
        {
            // Their numbers are locks, too, and come after the keys.
            await batch.ExecuteNonQueryAsync(cancellation);
            batch.BatchCommands.Clear();
            ids = await series.ResolveAsync(connection, wanted, cancellation);
        }

        batch.Add(LedgerEvents.Append(group.Events(recordedAt), versions));
        var backfilled = backfills.Note(batch, group.Streams);
        batch.Add(LedgerTables.ChangeBuckets(group.Buckets, ids, recordedAt));
        LedgerTables.AddConflicts(batch, group.Conflicts, recordedAt);
        batch.Add(LedgerTables.AddTallies(group.Tallies, lane, recordedAt));
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellation);
        return (ids, backfilled);
    }

    /// <summary>Locks the names of backfills, if any, then the streams; and looks the keys up: one round trip.</summary>
    private static async Task<Before> EnterAsync(NpgsqlConnection connection, IReadOnlyList<MeterFlush> flushes, CancellationToken cancellation)
    {
        var records = flushes.SelectMany(f => f.Records);
        var names = Backfills.NamesOf(records.Select(r => r.Record)).Order(StringComparer.Ordinal).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        if (names.Length > 0) batch.Add(Backfills.Enter(names));
        batch.BatchCommands.Add(new("select id, version from finops.mt_streams where id = any($1) order by id for update")
        {
            Parameters = { new() { Value = flushes.SelectMany(f => f.Streams).Distinct().ToArray() } },
        });
        batch.BatchCommands.Add(DedupeKeys.LookUp(records));
        var versions = new Dictionary<string, long>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var voided = names.Length > 0 ? await Backfills.ReadVoidedAsync(reader, cancellation) : [];
        while (await reader.ReadAsync(cancellation)) versions[reader.GetString(0)] = reader.GetInt64(1);
        await reader.NextResultAsync(cancellation);
        return new Before(versions, voided, await DedupeKeys.ReadAsync(reader, cancellation));
    }

    private static async Task<RecordOutcome[]> DecideAsync(
        NpgsqlConnection connection, List<PendingRecord> records, Before books, CancellationToken cancellation)
    {
        var asked = books.Voided.Count == 0 ? records : records.Where(r => !Backfills.IsVoided(books.Voided, r.Record)).ToList();
        var outcomes = DedupeDecision.Decide(asked.ConvertAll(r => r.Digest), books.Counted);
        await UsageRevisions.RecogniseAsync(connection, asked, outcomes, cancellation);
        if (asked.Count == records.Count) return outcomes;
        var next = 0;
        return [.. records.Select(r => Backfills.IsVoided(books.Voided, r.Record) ? RecordOutcome.BackfillVoided : outcomes[next++])];
    }

    /// <summary>What a commit finds.</summary>
    /// <param name="Versions">Of its streams; a stream that is not named does not exist.</param>
    /// <param name="Voided">Backfills whose names are used up.</param>
    /// <param name="Counted">Of its records' identities those that were counted, with their content.</param>
    private sealed record Before(
        Dictionary<string, long> Versions, HashSet<(string, string)> Voided, Dictionary<RecordKey, long> Counted);
}
