using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Fleets;

/// <summary>Reads what fleets reported, fleet by fleet: only one fleet's rows are held at a time.</summary>
internal static class FleetReports
{
    /// <param name="connection">With or without a transaction.</param>
    /// <param name="fleets">Whose.</param>
    /// <param name="from">Reports that touch the time from here</param>
    /// <param name="to">to here; of one that reaches beyond, all of it.</param>
    /// <param name="asOf">Only what was recorded by then; null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Fleets that reported nothing are not in it.</returns>
    public static async Task<IReadOnlyDictionary<FleetId, FleetPresence>> WithinAsync(
        NpgsqlConnection connection, IReadOnlyCollection<FleetId> fleets, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? asOf,
        CancellationToken cancellation)
    {
        var found = new Dictionary<FleetId, FleetPresence>();
        if (fleets.Count == 0) return found;
        // No report is longer than the longest, so one that begins before the end of the window ends not much later.
        await using var command = new NpgsqlCommand(
            """
            select fleet, from_ticks, to_ticks, accelerator, state, count, capacity from finops.fleet_report
            where fleet = any($1) and to_ticks > $2 and to_ticks < $4 and from_ticks < $3 and ($5::timestamptz is null or recorded_at <= $5)
            order by fleet, id
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = fleets.Select(f => f.Value).ToArray() });
        foreach (var ticks in (long[])[from.UtcTicks, to.UtcTicks, (to + AcceptFleetReport.LongestSpan).UtcTicks]) command.Parameters.Add(new NpgsqlParameter { Value = ticks });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)asOf ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        var reports = new List<FleetReport>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var report = Read(reader);
            if (reports.Count > 0 && reports[0].Fleet != report.Fleet) Close();
            reports.Add(report);
        }

        if (reports.Count > 0) Close();
        return found;

        void Close()
        {
            found.Add(reports[0].Fleet, FleetPresence.Of(reports));
            reports.Clear();
        }
    }

    private static FleetReport Read(NpgsqlDataReader row) => FleetReportsRecorded.Report(row.GetString(0), new FleetReportsRecorded.Entry(
        new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero), row.GetString(3), row.GetDecimal(5),
        row.GetString(4), row.IsDBNull(6) ? null : row.GetDecimal(6)));
}
