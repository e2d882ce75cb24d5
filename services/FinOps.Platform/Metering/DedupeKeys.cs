using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// Who is first: the unique key in the same transaction as the event. Nothing else remembers what was counted. A commit looks its keys up and
/// claims those that are not there; where another commit claims one of them at the same moment, the later one fails as a whole and is tried
/// again. That is dearer than letting PostgreSQL decide row by row, but rare, and the common way is a third cheaper.
/// </summary>
internal static class DedupeKeys
{
    /// <summary>Asks which of the records' identities were counted.</summary>
    public static NpgsqlBatchCommand LookUp(IEnumerable<PendingRecord> records)
    {
        var (high, low, _) = Columns(records);
        // The limit keeps the planner from reading the whole table for a large commit.
        return new(
            """
            select k.key_high, k.key_low, k.content from unnest($1, $2) as t (high, low) cross join lateral (
              select key_high, key_low, content from finops.usage_key where key_high = t.high and key_low = t.low limit 1) k
            """)
        {
            Parameters = { new() { Value = high }, new() { Value = low } },
        };
    }

    /// <summary>Reads the answer to <see cref="LookUp"/>.</summary>
    /// <returns>By key, the content that was counted.</returns>
    public static async Task<Dictionary<RecordKey, long>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var counted = new Dictionary<RecordKey, long>();
        while (await reader.ReadAsync(cancellation)) counted[new RecordKey(reader.GetInt64(0), reader.GetInt64(1))] = reader.GetInt64(2);
        return counted;
    }

    /// <summary>Claims the keys of new records; it holds only if the transaction commits, and only one transaction can.</summary>
    public static NpgsqlBatchCommand Claim(IEnumerable<PendingRecord> news)
    {
        var (high, low, content) = Columns(news);
        return new("insert into finops.usage_key (key_high, key_low, content) select * from unnest($1, $2, $3)")
        {
            Parameters = { new() { Value = high }, new() { Value = low }, new() { Value = content } },
        };
    }

    /// <summary>Frees the keys in the transaction's table <c>released</c>: their records may come again.</summary>
    public static async Task<long> ReleaseAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var revisions = new NpgsqlCommand("delete from finops.usage_revision r using released x where r.key_high = x.key_high and r.key_low = x.key_low", connection);
        await using var keys = new NpgsqlCommand("delete from finops.usage_key k using released x where k.key_high = x.key_high and k.key_low = x.key_low", connection);
        (revisions.CommandTimeout, keys.CommandTimeout) = (Limits.CorrectionTimeoutSeconds, Limits.CorrectionTimeoutSeconds);
        await revisions.ExecuteNonQueryAsync(cancellation);
        return await keys.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>In the keys' order: all commits claim in one order, so that no two wait for each other, and neighbours are on one page.</summary>
    private static (long[] High, long[] Low, long[] Content) Columns(IEnumerable<PendingRecord> records)
    {
        var rows = records.Select(r => (r.Digest.Key.High, r.Digest.Key.Low, r.Digest.Content)).ToArray();
        Array.Sort(rows);
        return (Array.ConvertAll(rows, r => r.High), Array.ConvertAll(rows, r => r.Low), Array.ConvertAll(rows, r => r.Content));
    }
}
