using FinOps.Contracts;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Metering;
using Marten;
using Marten.Services;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Fleets;

/// <summary>Reports of fleets through either door: a verdict per report, given only after what it calls accepted is on disk.</summary>
internal sealed class RecordFleetReports(NpgsqlDataSource database, IDocumentStore store, TimeProvider clock, IOptions<MeteringOptions> options)
{
    public const string Accepted = "accepted";
    public const string Duplicate = "duplicate";
    public const string Rejected = "rejected";

    /// <returns>One verdict per report, in their order. Each stands for itself: a flaw in one does not keep the others out.</returns>
    public async Task<IReadOnlyList<FleetVerdict>> RecordAsync(IReadOnlyList<ReportedFleet> reported, Sender sender, CancellationToken cancellation)
    {
        var rules = new FleetReportRules(clock.GetUtcNow(), options.Value.AcceptanceWindowBack, options.Value.AcceptanceWindowAhead);
        var verdicts = new FleetVerdict?[reported.Count];
        var accepted = new List<(int Index, FleetReport Report)>();
        for (var i = 0; i < verdicts.Length; i++)
        {
            var (report, rejections) = MayReport(sender) ? AcceptFleetReport.Decide(reported[i], rules) : (null, [NotPermitted]);
            if (report is not null) accepted.Add((i, report));
            else verdicts[i] = Refused(rejections);
        }

        if (accepted.Count > 0)
        {
            var recorded = await AppendAsync([.. accepted.Select(a => a.Report).Distinct()], sender, cancellation);
            // Of two alike in one body the second is a duplicate.
            foreach (var (index, report) in accepted) verdicts[index] = new FleetVerdict { Verdict = recorded.Remove(report) ? Accepted : Duplicate };
        }

        return [.. verdicts.Select(v => v!)];
    }

    /// <summary>A report names no tenant, so whoever may report for any tenant at all may tell what its fleet had.</summary>
    private static bool MayReport(Sender sender) =>
        sender.Viewer is null or { Role: ViewerRole.Operator } or { Role: ViewerRole.Fleet, Tenants: null or { Count: > 0 } };

    private static Rejection NotPermitted => new("sender_not_permitted", "fleet", "This sender may not report for fleets: it has no credential of a fleet.");

    private static FleetVerdict Refused(IReadOnlyList<Rejection> rejections) => new()
    {
        Verdict = Rejected,
        Flaws = [.. rejections.Select(r => new FleetFlaw { Reason = r.Code, Field = r.Field, Message = r.Message })],
    };

    /// <returns>Those that were not there before.</returns>
    private async Task<HashSet<FleetReport>> AppendAsync(IReadOnlyList<FleetReport> reports, Sender sender, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Writers of one stream come one after the other, in order, so none deadlock; only then the record time is taken.
        var streams = reports.Select(FleetReportsRecorded.StreamOf).Distinct().Order(StringComparer.Ordinal).ToArray();
        await using (var locks = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended(stream, 0)) from unnest($1) stream", connection, transaction))
        {
            locks.Parameters.Add(new NpgsqlParameter { Value = streams });
            await locks.ExecuteNonQueryAsync(cancellation);
        }

        var now = clock.GetUtcNow();
        var news = await InsertAsync(connection, reports, now, cancellation);
        if (news.Count == 0) return [];
        await UsageChanges.NoteAsync(connection, [.. news.SelectMany(HoursOf)], cancellation);
        await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
        foreach (var stream in news.GroupBy(FleetReportsRecorded.StreamOf))
        {
            session.Events.Append(stream.Key, new FleetReportsRecorded(
                stream.First().Fleet.Value, [.. stream.Select(FleetReportsRecorded.Of)], sender.Door, now, sender.Viewer?.Name));
        }

        await session.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return [.. news];
    }

    /// <summary>The hours whose idle cost may have other causes now.</summary>
    private static IEnumerable<(string Fleet, int Hour)> HoursOf(FleetReport report)
    {
        for (var hour = QuarterHour.Holding(report.From).Hour; hour <= QuarterHour.Holding(report.To.AddTicks(-1)).Hour; hour++)
            yield return (report.Fleet.Value, hour);
    }

    private static async Task<IReadOnlyList<FleetReport>> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<FleetReport> reports, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            with told as materialized (
              select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::numeric[], $7::numeric[])
                with ordinality t (fleet, from_ticks, to_ticks, accelerator, state, count, capacity, place)),
            news as materialized (
              select t.* from told t where not exists (
                select from finops.fleet_report r
                where (r.fleet, r.to_ticks, r.from_ticks, r.accelerator, r.state, r.count) = (t.fleet, t.to_ticks, t.from_ticks, t.accelerator, t.state, t.count)
                  and r.capacity is not distinct from t.capacity)),
            put as (
              insert into finops.fleet_report (fleet, from_ticks, to_ticks, accelerator, state, count, capacity, recorded_at)
              select fleet, from_ticks, to_ticks, accelerator, state, count, capacity, $8 from news order by place)
            select place from news order by place
            """, connection);
        Add(reports.Select(r => r.Fleet.Value).ToArray(), NpgsqlDbType.Text);
        Add(reports.Select(r => r.From.UtcTicks).ToArray(), NpgsqlDbType.Bigint);
        Add(reports.Select(r => r.To.UtcTicks).ToArray(), NpgsqlDbType.Bigint);
        Add(reports.Select(r => r.Accelerator).ToArray(), NpgsqlDbType.Text);
        Add(reports.Select(r => FleetStates.NameOf(r.State)).ToArray(), NpgsqlDbType.Text);
        Add(reports.Select(r => r.Count).ToArray(), NpgsqlDbType.Numeric);
        Add(reports.Select(r => r.CapacityWorkUnits).ToArray(), NpgsqlDbType.Numeric);
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        var news = new List<FleetReport>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) news.Add(reports[(int)reader.GetInt64(0) - 1]);
        return news;

        void Add(object values, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
