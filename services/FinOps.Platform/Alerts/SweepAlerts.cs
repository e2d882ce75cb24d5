using Hangfire;

namespace FinOps.Platform.Alerts;

/// <summary>Gives a job to alerts that have lost theirs with a process. Twice is harmless: tries are claimed.</summary>
public sealed class SweepAlerts(AlertStore alerts, DeliveryRequests deliveries, TimeProvider clock)
{
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var alertId in await alerts.OverdueAsync(clock.GetUtcNow(), cancellation)) deliveries.Deliver(alertId);
    }
}
