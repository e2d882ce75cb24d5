using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// The records of a stretch of time that count, read from the stored events in a transaction's snapshot. What was voided or replaced is
/// taken out again by the event that says so, which lies in the same stream behind it.
/// </summary>
internal static class CountedRecords
{
    /// <param name="connection">In the snapshot that the buckets were read in.</param>
    /// <param name="serializer">Marten's.</param>
    /// <param name="meters">Whose records.</param>
    /// <param name="from">Event time, inclusive.</param>
    /// <param name="to">Event time, exclusive; in the month of <paramref name="from"/>.</param>
    /// <param name="each">Told of each record: 1 where it counts, -1 where it counts no longer, in the order of its stream.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task ReadAsync(
        NpgsqlConnection connection, ISerializer serializer, IEnumerable<Meter> meters, DateTimeOffset from, DateTimeOffset to,
        Action<string, int, UsageRecord> each, CancellationToken cancellation)
    {
        var month = from.UtcDateTime;
        foreach (var meter in meters)
        {
            var stream = new MeterMonth(meter, month.Year, month.Month).StreamId;
            await using var command = new NpgsqlCommand(
                """
                select type, data from finops.mt_events
                where stream_id = $1
                  and coalesce(data ->> 'firstTicks', data -> 'given' ->> 'firstTicks', data -> 'taken' ->> 'firstTicks')::bigint < $2
                order by version
                """, connection);
            command.Parameters.Add(new() { Value = stream });
            command.Parameters.Add(new() { Value = to.UtcTicks });
            command.CommandTimeout = Limits.CrossingTimeoutSeconds;
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                var (sign, records) = LedgerFold.Meaning(StoredUsage.Read(serializer, row, type: 0, data: 1));
                // Most events of a month lie elsewhere in it: their columns tell without being unpacked.
                if (records.FirstTicks + records.TicksAfterFirst.Max() < from.UtcTicks) continue;
                foreach (var record in records.Unpack())
                {
                    if (record.OccurredAt >= from && record.OccurredAt < to) each(stream, sign, record);
                }
            }
        }
    }
}
