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
    // takes four times as long, since most slots have one row. A row may be negative, where usage was taken back later; their sum is not.
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
        var sum = new SlotSum();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (id, slot) = (reader.GetInt32(0), reader.GetInt32(1));
            if (!sum.IsOf(id, slot))
            {
                Close();
                if (usage.Count > 0 && (usage[0].Slot.Hour != new QuarterHour(slot).Hour || usage[0].Series.Fleet != byId[id].Fleet))
                {
                    yield return new FleetHourUsage(usage[0].Series.Fleet, usage[0].Slot.Hour, usage);
                    usage = [];
                }

                sum.Start(id, slot);
            }

            sum.Add(reader, first: 2);
        }

        Close();
        if (usage.Count > 0) yield return new FleetHourUsage(usage[0].Series.Fleet, usage[0].Slot.Hour, usage);

        void Close()
        {
            if (sum.Usage(byId) is { } slot) usage.Add(slot);
        }

        void Add(object value, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
    }

    /// <summary>The rows of one slot, summed.</summary>
    internal sealed class SlotSum
    {
        private readonly long[] sums = new long[3 + UnitClass.All.Count];
        private (int Series, int Slot)? of;

        public bool IsOf(int series, int slot) => of == (series, slot);

        public void Start(int series, int slot)
        {
            of = (series, slot);
            Array.Clear(sums);
        }

        public void Add(NpgsqlDataReader row, int first)
        {
            for (var i = 0; i < sums.Length; i++) sums[i] += row.GetInt64(first + i);
        }

        /// <returns>Null where nothing counts: all that was recorded was taken back.</returns>
        public UsageSlot? Usage(Dictionary<int, UsageSeries> byId) => of is not { } slot || sums[0] == 0
            ? null
            : new UsageSlot(
                byId[slot.Series], new QuarterHour(slot.Slot), sums[0], sums[1], sums[2], Domain.Values.Quantities.Of(sums.AsSpan(3)));
    }
}
