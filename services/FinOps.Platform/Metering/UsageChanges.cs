using FinOps.Domain.Metering;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// Notes which fleets' hours a transaction changed. Every writer of buckets notes them in the same transaction, so what is seen of the one is
/// seen of the other.
/// </summary>
internal static class UsageChanges
{
    private const string Insert = "insert into finops.usage_change (fleet, hour)";

    /// <summary>Of buckets that are about to change.</summary>
    public static NpgsqlBatchCommand Note(IEnumerable<BucketKey> buckets) => Note(buckets.Select(b => (b.Fleet, b.Slot.Hour)).Distinct().ToArray());

    /// <summary>Of hours of fleets that are told of otherwise now.</summary>
    public static async Task NoteAsync(NpgsqlConnection connection, IReadOnlyCollection<(string Fleet, int Hour)> hours, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Note([.. hours.Distinct()]) } };
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand Note((string Fleet, int Hour)[] hours)
    {
        return new NpgsqlBatchCommand($"{Insert} select * from unnest($1, $2)")
        {
            Parameters = { new() { Value = Array.ConvertAll(hours, h => h.Fleet) }, new() { Value = Array.ConvertAll(hours, h => h.Hour) } },
        };
    }

    /// <summary>Of the buckets that some series have in a stretch of event time: before they are deleted, and after they are written.</summary>
    public static async Task NoteAsync(
        NpgsqlConnection connection, int[] series, int firstSlot, int endSlot, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
             {Insert} select distinct s.fleet, b.slot >> 2
             from finops.bucket b join finops.series s on s.id = b.series
             where b.series = any($1) and b.slot >= $2 and b.slot < $3
             """, connection)
        {
            Parameters = { new() { Value = series }, new() { Value = firstSlot }, new() { Value = endSlot } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
