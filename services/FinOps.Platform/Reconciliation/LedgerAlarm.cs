using System.Diagnostics.Metrics;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Reconciliation;

/// <summary>Says aloud what a check saw: an error in the log for each difference, and figures for whoever watches meters.</summary>
public sealed class LedgerAlarm
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FinOps.Reconciliation";

    private readonly ILogger<LedgerAlarm> log;
    private readonly Counter<long> checks;
    private readonly Counter<long> eventsRead;
    private readonly Histogram<double> seconds;
    private long open;

    public LedgerAlarm(IMeterFactory meters, ILogger<LedgerAlarm> log)
    {
        this.log = log;
        var meter = meters.Create(MeterName);
        checks = meter.CreateCounter<long>("finops.ledger.checks", "{check}", "Comparisons of events with buckets, by whether they balance.");
        eventsRead = meter.CreateCounter<long>("finops.ledger.events_read", "{event}", "Stored events that checks folded.");
        seconds = meter.CreateHistogram<double>("finops.ledger.check_duration", "s", "How long a check took.");
        meter.CreateObservableGauge("finops.ledger.differences", () => Interlocked.Read(ref open), "{difference}", "Open differences; 0 is right.");
    }

    internal void Tell(LedgerCheck check)
    {
        Interlocked.Exchange(ref open, check.Open);
        checks.Add(1, new KeyValuePair<string, object?>("balanced", check.Open == 0));
        eventsRead.Add(check.EventsRead);
        seconds.Record(check.Took.TotalSeconds);
        if (check.Open == 0)
        {
            log.LogInformation(
                "The ledger balances: {Records} records of {Events} events, {EventsRead} of them read in {Seconds} s",
                check.Records, check.Events, check.EventsRead, check.Took.TotalSeconds);
            return;
        }

        log.LogError("The ledger is out of balance: {Differences} differences are open; see reconciliation and docs/runbook.md", check.Open);
        foreach (var difference in check.Differences.Take(Limits.LedgerDifferencesLogged))
        {
            log.LogError(
                "Ledger difference {Kind} of tenant {Tenant}, model {Model}, fleet {Fleet}, class {RateClass}, tags {Tags}, from {BucketStart:O}: {Unit} expected {Expected}, found {Found}",
                difference.Kind, difference.Tenant, difference.Model, difference.Fleet, difference.RateClass, difference.Tags,
                new QuarterHour(difference.Slot).Start, difference.Unit, difference.Expected, difference.Found);
        }
    }
}
