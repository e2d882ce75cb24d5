using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>Who is first: the unique key in the same transaction as the event. Nothing else remembers what was counted.</summary>
internal static class DedupeKeys
{
    /// <summary>Claims the keys of records whose identity is new; it holds only if the transaction commits.</summary>
    /// <returns>One outcome per record; of two records with one identity the earlier one is first.</returns>
    public static async Task<IReadOnlyList<RecordOutcome>> DecideAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingRecord> records, CancellationToken cancellation)
    {
        if (records.Count == 0) return [];
        var firsts = new Dictionary<Guid, int>(records.Count);
        for (var i = 0; i < records.Count; i++) firsts.TryAdd(records[i].Digest.Key, i);

        var claimed = await ClaimAsync(connection, firsts.Values.Select(i => records[i].Digest).ToArray(), cancellation);
        var known = claimed.Count == firsts.Count
            ? []
            : await ReadAsync(connection, firsts.Keys.Where(k => !claimed.Contains(k)).ToArray(), cancellation);

        var outcomes = new RecordOutcome[records.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var digest = records[i].Digest;
            var isFirst = firsts[digest.Key] == i;
            var counted = known.TryGetValue(digest.Key, out var stored) ? stored : records[firsts[digest.Key]].Digest.Content;
            outcomes[i] = isFirst && claimed.Contains(digest.Key) ? RecordOutcome.Accepted
                : counted == digest.Content ? RecordOutcome.Duplicate
                : RecordOutcome.Conflict;
        }

        await UsageRevisions.RecogniseAsync(connection, records, outcomes, cancellation);
        return outcomes;
    }

    /// <summary>Frees the keys in the transaction's table <c>released</c>: their records may come again.</summary>
    public static async Task<long> ReleaseAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var revisions = new NpgsqlCommand("delete from finops.usage_revision r using released x where r.key = x.key", connection);
        await using var keys = new NpgsqlCommand("delete from finops.usage_key k using released x where k.key = x.key", connection);
        (revisions.CommandTimeout, keys.CommandTimeout) = (Limits.CorrectionTimeoutSeconds, Limits.CorrectionTimeoutSeconds);
        await revisions.ExecuteNonQueryAsync(cancellation);
        return await keys.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<HashSet<Guid>> ClaimAsync(
        NpgsqlConnection connection, Domain.Metering.RecordDigest[] digests, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into finops.usage_key (key, content)
            select k, c from unnest($1, $2) as t (k, c) order by k
            on conflict (key) do nothing
            returning key
            """, connection)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(digests, d => d.Key) },
                new() { Value = Array.ConvertAll(digests, d => d.Content) },
            },
        };
        var claimed = new HashSet<Guid>(digests.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) claimed.Add(reader.GetGuid(0));
        return claimed;
    }

    private static async Task<Dictionary<Guid, Guid>> ReadAsync(NpgsqlConnection connection, Guid[] keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select key, content from finops.usage_key where key = any($1)", connection)
        {
            Parameters = { new() { Value = keys } },
        };
        var known = new Dictionary<Guid, Guid>(keys.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) known[reader.GetGuid(0)] = reader.GetGuid(1);
        // Only a backfill that was voided this instant takes keys away: tried again, the record is new.
        if (known.Count < keys.Length) throw new BooksUnavailableException("Keys were released meanwhile.");
        return known;
    }
}
