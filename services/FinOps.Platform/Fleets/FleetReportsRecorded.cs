using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Platform.Fleets;

/// <summary>Stored as <c>fleet_reported_v1</c> in the stream <c>fleet-report/{fleet}/{yyyy-MM}</c> of the month (UTC) in which they begin: what a fleet had.</summary>
public sealed record FleetReportsRecorded(
    string Fleet, IReadOnlyList<FleetReportsRecorded.Entry> Reports, string Door, DateTimeOffset RecordedAt, string? RecordedBy)
{
    /// <param name="State">Its name on the wire.</param>
    public sealed record Entry(
        DateTimeOffset From, DateTimeOffset To, string Accelerator, decimal Count, string State, decimal? CapacityWorkUnits);

    internal static string StreamOf(FleetReport report) =>
        FormattableString.Invariant($"fleet-report/{Uri.EscapeDataString(report.Fleet.Value)}/{report.From.UtcDateTime:yyyy-MM}");

    internal static Entry Of(FleetReport report) => new(
        report.From, report.To, report.Accelerator, report.Count, FleetStates.NameOf(report.State), report.CapacityWorkUnits);

    internal static FleetReport Report(string fleet, Entry entry) => new(
        new FleetId(fleet), entry.From, entry.To, entry.Accelerator, entry.Count,
        FleetStates.Find(entry.State) ?? throw new InvalidOperationException($"A stored report of {fleet} has the state '{entry.State}', which is none."),
        entry.CapacityWorkUnits);
}
