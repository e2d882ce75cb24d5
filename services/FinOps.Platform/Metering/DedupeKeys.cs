using FinOps.Domain.Metering;
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
        var digests = records.Select(r => r.Digest).ToArray();
        var firsts = digests.DistinctBy(d => d.Key).ToArray();
        var claimed = await ClaimAsync(connection, firsts, cancellation);
        var counted = claimed.Count == firsts.Length
            ? []
            : await ReadAsync(connection, firsts.Select(d => d.Key).Where(k => !claimed.Contains(k)).ToArray(), cancellation);
        var outcomes = DedupeDecision.Decide(digests, counted);
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
        NpgsqlConnection connection, RecordDigest[] digests, CancellationToken cancellation)
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
