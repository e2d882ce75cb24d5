using System.Diagnostics.Metrics;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Reconciliation;

/// <summary>Says aloud where the shares of a fleet's hour do not sum to its cost: an error in the log for each, and a figure to watch.</summary>
public sealed class AllocationAlarm
{
    private readonly ILogger<AllocationAlarm> log;
    private readonly Counter<long> checks;
    private long open;

    public AllocationAlarm(IMeterFactory meters, ILogger<AllocationAlarm> log)
    {
        this.log = log;
        var meter = meters.Create(LedgerAlarm.MeterName);
        checks = meter.CreateCounter<long>("finops.allocation.checks", "{check}", "Comparisons of fleet cost with its shares, by whether they balance.");
        meter.CreateObservableGauge("finops.allocation.differences", () => Interlocked.Read(ref open), "{hour}", "Fleet-hours whose shares do not sum to their cost; 0 is right.");
    }

    internal void Tell(Window window, int fleetHours, IReadOnlyList<(CostBasis Basis, FleetHourBalance Hour)> wrong)
    {
        Interlocked.Exchange(ref open, wrong.Count);
        checks.Add(1, new KeyValuePair<string, object?>("balanced", wrong.Count == 0));
        if (wrong.Count == 0)
        {
            log.LogInformation("Fleet cost balances with its shares: {FleetHours} hours from {From:O} to {To:O}", fleetHours, window.From, window.To);
            return;
        }

        log.LogError("The allocation is out of balance in {Differences} of {FleetHours} hours of fleets; see reconciliation and docs/runbook.md", wrong.Count, fleetHours);
        foreach (var (basis, hour) in wrong.Take(Limits.LedgerDifferencesLogged))
        {
            log.LogError(
                "Fleet {Fleet} cost {Cost} in the hour from {HourStart:O}, its shares by {Basis} sum to {Allocated}",
                hour.Fleet.Value, hour.Cost, new QuarterHour(hour.Hour * FleetHours.Quarters).Start, basis, hour.Cost + hour.Difference);
        }
    }
}
