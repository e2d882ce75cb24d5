using FinOps.Domain.Metering;
using FinOps.Platform.Metering;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Corrections;

/// <summary>What a correction made of a record's identity.</summary>
/// <param name="Number">1 for the first correction.</param>
/// <param name="Content">Null: voided.</param>
/// <param name="Stream">Of the correction's event that holds the record.</param>
/// <param name="Version">Of that event.</param>
/// <param name="Correction">Which correction.</param>
internal sealed record UsageRevision(int Number, long? Content, string Stream, long Version, Guid Correction);

/// <summary>Revisions of corrected records: few, and read only where a record would be a conflict, and by corrections.</summary>
internal static class UsageRevisions
{
    /// <returns>The last one; null where the record was never corrected.</returns>
    public static async Task<UsageRevision?> LastAsync(NpgsqlConnection connection, RecordKey key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select revision, content, stream, version, correction from finops.usage_revision where key_high = $1 and key_low = $2 order by revision desc limit 1",
            connection)
        {
            Parameters = { new() { Value = key.High }, new() { Value = key.Low } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new UsageRevision(row.GetInt32(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetGuid(4))
            : null;
    }

    public static NpgsqlBatchCommand Add(RecordKey key, UsageRevision revision) => new(
        "insert into finops.usage_revision (key_high, key_low, revision, content, stream, version, correction) values ($1, $2, $3, $4, $5, $6, $7)")
    {
        Parameters =
        {
            new() { Value = key.High },
            new() { Value = key.Low },
            new() { Value = revision.Number },
            new() { Value = (object?)revision.Content ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = revision.Stream },
            new() { Value = revision.Version },
            new() { Value = revision.Correction },
        },
    };

    /// <summary>A record that differs from what was counted first, and equals what an amendment made of it, is no conflict but a duplicate.</summary>
    /// <param name="connection">In the commit's transaction.</param>
    /// <param name="records">One per outcome.</param>
    /// <param name="outcomes">Conflicts that are none become duplicates.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task RecogniseAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingRecord> records, RecordOutcome[] outcomes, CancellationToken cancellation)
    {
        var conflicts = Enumerable.Range(0, outcomes.Length).Where(i => outcomes[i] == RecordOutcome.Conflict).ToArray();
        if (conflicts.Length == 0) return;
        await using var command = new NpgsqlCommand(
            """
            select key_high, key_low, content from finops.usage_revision join unnest($1, $2) as t (key_high, key_low) using (key_high, key_low)
            where content is not null
            """, connection)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(conflicts, i => records[i].Digest.Key.High) },
                new() { Value = Array.ConvertAll(conflicts, i => records[i].Digest.Key.Low) },
            },
        };
        var amended = new HashSet<RecordDigest>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) amended.Add(new RecordDigest(new RecordKey(reader.GetInt64(0), reader.GetInt64(1)), reader.GetInt64(2)));
        foreach (var i in conflicts)
        {
            if (amended.Contains(records[i].Digest)) outcomes[i] = RecordOutcome.Duplicate;
        }
    }
}
