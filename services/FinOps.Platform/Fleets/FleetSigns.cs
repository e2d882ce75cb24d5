using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Fleets;

/// <summary>When a fleet was last heard of.</summary>
/// <param name="Fleet">A registered fleet.</param>
/// <param name="LastUsageAt">Start of the last quarter-hour with usage on it; null where there never was any.</param>
/// <param name="LastReportAt">End of its last report; null where it never sent one.</param>
/// <param name="SilentSince">Since when it costs money and is not heard of; null where it is heard of, or costs nothing.</param>
public sealed record FleetFreshness(string Fleet, DateTimeOffset? LastUsageAt, DateTimeOffset? LastReportAt, DateTimeOffset? SilentSince);

/// <summary>Notices that a fleet is silent: it costs money, and neither usage nor a report came of it for <c>Reporting:FleetSilentAfter</c>.</summary>
public sealed class FleetSigns(NpgsqlDataSource database, IConfiguration configuration)
{
    private readonly TimeSpan silentAfter = configuration.GetValue("Reporting:FleetSilentAfter", Limits.FleetSilentAfter);

    /// <param name="books">What is known at <paramref name="now"/>.</param>
    /// <param name="fleets">Of these, in their order.</param>
    /// <param name="now">For when it is told.</param>
    /// <param name="asOf">Only what was recorded by then; null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<IReadOnlyList<FleetFreshness>> OfAsync(
        Books books, IReadOnlyList<FleetId> fleets, DateTimeOffset now, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        // One look at the end of each series' buckets, and at the end of each fleet's reports.
        await using var command = database.CreateCommand(
            """
            select f.fleet,
              (select max(last.slot) from finops.series s cross join lateral (
                 select b.slot from finops.bucket b where b.series = s.id and b.slot <= $2 and b.recorded_hour < $3
                 group by b.slot having sum(b.records) > 0 order by b.slot desc limit 1) last
               where s.fleet = f.fleet),
              (select r.to_ticks from finops.fleet_report r
               where r.fleet = f.fleet and ($4::timestamptz is null or r.recorded_at <= $4) order by r.to_ticks desc limit 1)
            from unnest($1::text[]) with ordinality f (fleet, place) order by f.place
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = fleets.Select(f => f.Value).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = QuarterHour.Holding(now).Index });
        command.Parameters.Add(new NpgsqlParameter { Value = asOf is { } known ? QuarterHour.Holding(known).Hour : int.MaxValue });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)asOf ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        var heard = new List<FleetFreshness>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var usage = row.IsDBNull(1) ? (QuarterHour?)null : new QuarterHour(row.GetInt32(1));
            var report = row.IsDBNull(2) ? (DateTimeOffset?)null : new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero);
            heard.Add(new FleetFreshness(row.GetString(0), usage?.Start, report, SilentSince(books, new FleetId(row.GetString(0)), usage?.End, report, now)));
        }

        return heard;
    }

    /// <summary>Fleets that ever reported, registered or not; a step from name to name over the index, however many reports there are.</summary>
    internal async Task<IReadOnlyList<FleetId>> ReportedAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with recursive known as (
              (select fleet from finops.fleet_report order by fleet limit 1)
              union all
              select (select r.fleet from finops.fleet_report r where r.fleet > k.fleet order by r.fleet limit 1) from known k where k.fleet is not null)
            select fleet from known where fleet is not null
            """);
        var fleets = new List<FleetId>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) fleets.Add(new FleetId(row.GetString(0)));
        return fleets;
    }

    private DateTimeOffset? SilentSince(Books books, FleetId fleet, DateTimeOffset? usage, DateTimeOffset? report, DateTimeOffset now)
    {
        if (books.Fleets.OfHour(fleet, QuarterHour.Holding(now).Hour) is not { Cost.Amount: > 0 }) return null;
        // One that was never heard of is silent since it costs.
        var since = usage > report || report is null ? usage : report;
        since ??= books.Fleets.Extent(fleet)!.Value.From;
        return now - since > silentAfter ? since : null;
    }
}
