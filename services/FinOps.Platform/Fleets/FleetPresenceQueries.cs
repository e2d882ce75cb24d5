using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using GraphQL;
using Npgsql;

namespace FinOps.Platform.Fleets;

/// <summary>What fleets reported of themselves.</summary>
public sealed class FleetPresenceQueries
{
    /// <param name="fleet">Registered or not.</param>
    /// <param name="from">Inclusive, on a 15-minute boundary.</param>
    /// <param name="to">Exclusive, on a 15-minute boundary.</param>
    /// <param name="asOf">What counted then; by default now.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<FleetPresenceView> FleetPresence(
        string fleet, DateTimeOffset from, DateTimeOffset to, [FromServices] NpgsqlDataSource database, [FromServices] LiveBooks live,
        CancellationToken cancellation, DateTimeOffset? asOf = null)
    {
        var (id, window) = (new FleetId(fleet), new UsageFilter { From = from, To = to }.Window());
        var isRegistered = (await live.NowAsync(cancellation)).Fleets.IsRegistered(id);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var presence = (await FleetReports.WithinAsync(connection, [id], window.From, window.To, asOf, cancellation)).GetValueOrDefault(id);
        var reports = presence?.InEffect.Where(r => r.From < window.To && r.To > window.From).Select(FleetReportView.Of).ToList() ?? [];
        var quarters = Enumerable.Range(window.FirstSlot.Index, window.EndSlot.Index - window.FirstSlot.Index).Select(i => new QuarterHour(i))
            .Select(slot => presence?.At(slot) is { } quarter ? QuarterPresenceView.Of(slot, quarter) : null).OfType<QuarterPresenceView>().ToList();
        if (reports.Count + quarters.Count > Limits.ReportRows)
            throw new RejectedException(new Rejection("report_too_large", "to", $"More than {Limits.ReportRows} rows; narrow the window."));
        return new FleetPresenceView(fleet, isRegistered, reports, quarters);
    }
}

/// <summary>What a fleet reported, as far as it counts.</summary>
/// <param name="Fleet">Its name.</param>
/// <param name="Registered">Whether it ever had a size or a cost.</param>
/// <param name="Reports">By start, cut where a later report took the place of a part.</param>
/// <param name="QuarterHours">Those of which anything was reported.</param>
[Name("FleetPresence")]
public sealed record FleetPresenceView(string Fleet, bool Registered, IReadOnlyList<FleetReportView> Reports, IReadOnlyList<QuarterPresenceView> QuarterHours);

/// <summary>Accelerators in one state between two instants.</summary>
[Name("FleetReport")]
public sealed record FleetReportView(
    DateTimeOffset From, DateTimeOffset To, string Accelerator, decimal Count, FleetState State, decimal? CapacityWorkUnits)
{
    internal static FleetReportView Of(FleetReport report) =>
        new(report.From, report.To, report.Accelerator, report.Count, report.State, report.CapacityWorkUnits);
}

/// <summary>What was reported of a quarter-hour, weighted by time.</summary>
/// <param name="Start">Its first instant.</param>
/// <param name="ReportedHours">How much of it any report covers: 0.25 is all.</param>
/// <param name="AcceleratorHours">By state; states without any are left out.</param>
/// <param name="CapacityWorkUnits">Null where no report told it.</param>
[Name("QuarterPresence")]
public sealed record QuarterPresenceView(
    DateTimeOffset Start, decimal ReportedHours, IReadOnlyList<StateHoursView> AcceleratorHours, decimal? CapacityWorkUnits)
{
    internal static QuarterPresenceView Of(QuarterHour slot, QuarterPresence quarter) => new(
        slot.Start, quarter.ReportedHours,
        [
            .. Enum.GetValues<FleetState>().Where(s => quarter.AcceleratorHours(s) != 0).Select(s => new StateHoursView(s, quarter.AcceleratorHours(s))),
        ],
        quarter.CapacityWorkUnits);
}

/// <param name="State">What they were at.</param>
/// <param name="Hours">Accelerators × hours.</param>
[Name("StateHours")]
public sealed record StateHoursView(FleetState State, decimal Hours);
