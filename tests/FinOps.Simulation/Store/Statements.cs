using FinOps.Domain.Metering;

namespace FinOps.Simulation.Store;

/// <summary>The statements of a ledger transaction, with the waits and the visibility that PostgreSQL gives them at READ COMMITTED.</summary>
internal sealed class Statements(World world, Books books)
{
    private readonly Locks<string> streams = new();
    private readonly Locks<string> creations = new();
    private readonly Locks<RecordKey> keys = new();

    /// <summary><c>select … for update</c>: sees the streams that exist when it starts, and their versions when it has their locks.</summary>
    public async Task<IReadOnlyDictionary<string, long>?> LockStreamsAsync(Transaction transaction, IReadOnlyList<string> ids)
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

    /// <summary><c>insert … on conflict do nothing</c>, in the keys' order: waits for whoever is about to insert the same key.</summary>
    /// <returns>What was counted under the keys that were there.</returns>
    public async Task<IReadOnlyDictionary<RecordKey, long>?> ClaimKeysAsync(Transaction transaction, IReadOnlyList<RecordDigest> digests)
    {
        var counted = new Dictionary<RecordKey, long>();
        foreach (var (key, content) in digests)
        {
            if (!await keys.WaitAsync(key, transaction)) return null;
            if (books.Keys.TryGetValue(key, out var before))
            {
                counted.Add(key, before);
                continue;
            }

            keys.Take(key, transaction);
            transaction.ClaimedKeys.Add(key, content);
            if (world.Mutation == Mutation.KeysOutsideTransaction) books.Keys.Add(key, content);
        }

        return counted;
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
                return AppendAnswer.StreamExists;
            }

            creations.Take(stream, transaction);
            transaction.CreatedStreams.Add(stream);
        }

        transaction.Write = write;
        return AppendAnswer.Appended;
    }

    public void Commit(Transaction transaction)
    {
        if (transaction.Write is { } write) books.Apply(transaction, write);
        End(transaction);
    }

    /// <summary>Whatever was not committed is gone.</summary>
    public void End(Transaction transaction)
    {
        streams.Release(transaction.LockedStreams);
        creations.Release(transaction.CreatedStreams);
        keys.Release(transaction.ClaimedKeys.Keys);
        transaction.End();
    }
}
