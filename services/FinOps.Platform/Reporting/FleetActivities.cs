using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Fleets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Reporting;

/// <summary>Reads what a report needs of fleets beside their usage: what they reported, and for the basis USAGE what they once did.</summary>
internal static class FleetActivities
{
    private static readonly string WorkByFleetAndHour =
        $"""
         select s.fleet, b.slot >> 2, {Columns.Sums("b")}
         from unnest($1::int[], $2::text[]) s (series, fleet)
         join finops.bucket b on b.series = s.series
         where b.slot >= $3 and b.slot < $4 and b.recorded_hour < $5
         group by s.fleet, b.slot >> 2 order by s.fleet, b.slot >> 2
         """;

    /// <param name="connection">In the transaction that reads the usage.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="books">Which fleets there are.</param>
    /// <param name="series">All series of the fleets shown.</param>
    /// <param name="first">The first slot of whole hours,</param>
    /// <param name="end">and the one after the last.</param>
    /// <param name="asOf">Only what was recorded by then; null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<FleetActivity> OfAsync(
        NpgsqlConnection connection, UnitCostQuestion question, Books books, IReadOnlyList<(int Id, UsageSeries Series)> series, QuarterHour first,
        QuarterHour end, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        var byUse = question.ShowsCost && question.Basis == CostBasis.Usage;
        // Why cost differs from a target depends on what its fleet could do, whoever is shown.
        var fleets = question.ShowsIdle ? books.Fleets.Fleets.Where(question.Shows)
            : byUse || (question.ShowsCost && !books.Targets.IsEmpty) ? series.Select(s => s.Series.Fleet).OfType<FleetId>().Distinct()
            : [];
        var presence = await FleetReports.WithinAsync(connection, [.. fleets], first.Start, end.Start, asOf, cancellation);
        return new FleetActivity(presence, byUse ? await BestAsync(connection, books, series, first, end, asOf, cancellation) : BestHours.None);
    }

    private static async Task<BestHours> BestAsync(
        NpgsqlConnection connection, Books books, IReadOnlyList<(int Id, UsageSeries Series)> series, QuarterHour first, QuarterHour end,
        DateTimeOffset? asOf, CancellationToken cancellation)
    {
        var own = series.Where(s => s.Series.Fleet is { } fleet && books.Fleets.IsRegistered(fleet)).ToList();
        var lookback = (int)Limits.BestHourLookback.TotalHours;
        await using var command = new NpgsqlCommand(WorkByFleetAndHour, connection);
        Add(own.Select(s => s.Id).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(own.Select(s => s.Series.Fleet!.Value.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(first.Index - lookback * FleetHours.Quarters, NpgsqlDbType.Integer);
        Add(end.Index, NpgsqlDbType.Integer);
        Add(asOf is { } known ? QuarterHour.Holding(known).Hour : int.MaxValue, NpgsqlDbType.Integer);
        var worked = new List<(FleetId, int, Quantities)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) worked.Add((new FleetId(reader.GetString(0)), reader.GetInt32(1), Columns.Quantities(reader, first: 2)));
        return new BestHours(worked, lookback);

        void Add(object value, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
    }
}
