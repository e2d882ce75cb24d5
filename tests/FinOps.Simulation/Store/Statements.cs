using FinOps.Domain.Metering;

namespace FinOps.Simulation.Store;

/// <summary>The statements of a ledger transaction, with the waits and the visibility that PostgreSQL gives them at READ COMMITTED.</summary>
internal sealed class Statements(World world, Books books)
{
    private readonly Locks<string> streams = new();
    private readonly Locks<string> creations = new();
    private readonly Locks<RecordKey> keys = new();

    /// <summary>One round trip: the streams' locks and versions, and then, without a lock, what was counted under the keys.</summary>
    public async Task<Before?> EnterAsync(Transaction transaction, IReadOnlyList<string> ids, IReadOnlyList<RecordDigest> digests)
    {
        if (await LockStreamsAsync(transaction, ids) is not { } versions) return null;
        var counted = new Dictionary<RecordKey, long>();
        foreach (var (key, _) in digests)
        {
            if (books.Keys.TryGetValue(key, out var before)) counted[key] = before;
        }

        return new Before(versions, counted);
    }

    /// <summary><c>select … for update</c>: sees the streams that exist when it starts, and their versions when it has their locks.</summary>
    private async Task<IReadOnlyDictionary<string, long>?> LockStreamsAsync(Transaction transaction, IReadOnlyList<string> ids)
    {
        var existing = ids.Where(books.Streams.ContainsKey).ToArray();
        var versions = new Dictionary<string, long>();
        foreach (var id in existing)
        {
            if (!await streams.WaitAsync(id, transaction)) return null;
            streams.Take(id, transaction);
            transaction.LockedStreams.Add(id);
            versions[id] = books.Streams[id].Count;
        }

        return versions;
    }

    /// <summary><c>insert</c> in the keys' order: waits for whoever is about to insert the same key, and fails where that one has.</summary>
    public async Task<AppendAnswer> ClaimKeysAsync(
        Transaction transaction, IReadOnlyList<RecordDigest> news, Fault lost = Fault.IdentityCountedTwice, bool isChecked = true)
    {
        foreach (var (key, content) in news)
        {
            if (!await keys.WaitAsync(key, transaction)) return AppendAnswer.Failed;
            if (isChecked && books.Keys.ContainsKey(key) && world.Mutation != Mutation.NoDedupe)
            {
                world.Faults.Count(lost);
                End(transaction);
                return AppendAnswer.Raced;
            }

            keys.Take(key, transaction);
            transaction.ClaimedKeys[key] = content;
            if (world.Mutation == Mutation.KeysOutsideTransaction) books.Keys.Add(key, content);
        }

        return AppendAnswer.Appended;
    }

    /// <summary>Appends to the streams that were locked; starts the others, and fails where another transaction has just done so.</summary>
    public async Task<AppendAnswer> AppendAsync(Transaction transaction, LedgerWrite write)
    {
        foreach (var (stream, _) in write.Events)
        {
            if (transaction.LockedStreams.Contains(stream)) continue;
            if (world.Mutation == Mutation.AppendToWhateverIsThere && books.Streams.ContainsKey(stream)) continue;
            if (!await creations.WaitAsync(stream, transaction)) return AppendAnswer.Failed;
            if (books.Streams.ContainsKey(stream))
            {
                world.Faults.Count(Fault.StreamCreatedTwice);
                End(transaction);
                return AppendAnswer.Raced;
            }

            creations.Take(stream, transaction);
            transaction.CreatedStreams.Add(stream);
        }

        transaction.Write = write;
        return AppendAnswer.Appended;
    }

    /// <summary>
    /// Each stream grows only from the version that the writer believes in, and each key is new, or nothing is written. What a row's holder
    /// left there is seen once it has ended.
    /// </summary>
    public async Task<AppendAnswer> CommitUnseenAsync(
        Transaction transaction, IReadOnlyDictionary<string, long> believed, IReadOnlyList<RecordDigest> news, LedgerWrite write)
    {
        foreach (var (id, version) in believed)
        {
            if (!await streams.WaitAsync(id, transaction)) return AppendAnswer.Failed;
            if (books.Streams[id].Count != version && world.Mutation is not (Mutation.NoVersionCheck or Mutation.NoVersionCheckUnseen))
            {
                world.Faults.Count(Fault.BetOnAnOldVersion);
                End(transaction);
                return AppendAnswer.Raced;
            }

            streams.Take(id, transaction);
            transaction.LockedStreams.Add(id);
        }

        if (await ClaimKeysAsync(transaction, news, Fault.BetOnAKnownRecord, isChecked: world.Mutation != Mutation.NoDedupeUnseen) is var claimed and not AppendAnswer.Appended) return claimed;
        transaction.Write = write;
        Commit(transaction);
        return AppendAnswer.Appended;
    }

    public void Commit(Transaction transaction)
    {
        if (transaction.Write is { } write) books.Apply(transaction, write);
        End(transaction);
    }

    /// <summary>Whatever was not committed is gone. One that a failed statement has ended holds nothing any more, and ends once.</summary>
    public void End(Transaction transaction)
    {
        if (!transaction.IsOpen) return;
        streams.Release(transaction.LockedStreams);
        creations.Release(transaction.CreatedStreams);
        keys.Release(transaction.ClaimedKeys.Keys);
        transaction.End();
    }
}

/// <summary>What a commit finds.</summary>
/// <param name="Versions">Of its streams that exist.</param>
/// <param name="Counted">Of its records' identities those that were counted, with their content.</param>
internal sealed record Before(IReadOnlyDictionary<string, long> Versions, IReadOnlyDictionary<RecordKey, long> Counted);
