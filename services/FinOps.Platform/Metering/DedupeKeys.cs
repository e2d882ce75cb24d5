using FinOps.Domain.Metering;
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
        return DedupeDecision.Decide(digests, counted);
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
        Domain.Values.Invariant.Require(known.Count == keys.Length, "a key that could not be claimed is stored");
        return known;
    }
}
