using System.Runtime.CompilerServices;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Reporting;

/// <summary>One fleet's usage, or that of none, in one hour.</summary>
internal sealed record FleetHourUsage(FleetId? Fleet, int Hour, IReadOnlyList<UsageSlot> Usage);

/// <summary>Reads buckets fleet by fleet and hour by hour: a report holds one fleet-hour at a time, however long its window.</summary>
internal static class UsageBuckets
{
    // Rows of one slot that were recorded at different hours stand side by side and are summed here: summing all of them in the database
    // takes four times as long, since most slots have one row.
    private static readonly string ByFleetAndHour =
        $"""
         select b.series, b.slot, b.records, b.incomplete, b.failed, {Columns.All("b")}
         from unnest($1::int[], $2::int[]) s (series, fleet)
         join finops.bucket b on b.series = s.series
         where b.slot >= $3 and b.slot < $4 and b.recorded_hour < $5
         order by s.fleet, b.slot >> 2, b.series, b.slot
         """;

    /// <param name="connection">With or without a transaction.</param>
    /// <param name="series">Whose usage.</param>
    /// <param name="first">The first slot.</param>
    /// <param name="end">The slot after the last one.</param>
    /// <param name="recordedBefore">Only what was recorded before this hour (since 1970); null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async IAsyncEnumerable<FleetHourUsage> FleetHoursAsync(
        NpgsqlConnection connection, IReadOnlyList<(int Id, UsageSeries Series)> series, QuarterHour first, QuarterHour end,
        int? recordedBefore,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var byId = series.ToDictionary(s => s.Id, s => s.Series);
        var fleets = series.Select(s => s.Series.Fleet?.Value ?? "").Distinct().Select((fleet, rank) => (fleet, rank)).ToDictionary();
        await using var command = new NpgsqlCommand(ByFleetAndHour, connection);
        Add(series.Select(s => s.Id).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(series.Select(s => fleets[s.Series.Fleet?.Value ?? ""]).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(first.Index, NpgsqlDbType.Integer);
        Add(end.Index, NpgsqlDbType.Integer);
        Add(recordedBefore ?? int.MaxValue, NpgsqlDbType.Integer);

        var usage = new List<UsageSlot>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var next = new UsageSlot(
                byId[reader.GetInt32(0)], new QuarterHour(reader.GetInt32(1)), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
                Columns.Quantities(reader, first: 5));
            if (usage.Count > 0 && (usage[0].Slot.Hour != next.Slot.Hour || usage[0].Series.Fleet != next.Series.Fleet))
            {
                yield return new FleetHourUsage(usage[0].Series.Fleet, usage[0].Slot.Hour, usage);
                usage = [];
            }

            if (usage.Count > 0 && usage[^1].Slot == next.Slot && usage[^1].Series == next.Series) usage[^1] += next;
            else usage.Add(next);
        }

        if (usage.Count > 0) yield return new FleetHourUsage(usage[0].Series.Fleet, usage[0].Slot.Hour, usage);

        void Add(object value, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
    }
}
