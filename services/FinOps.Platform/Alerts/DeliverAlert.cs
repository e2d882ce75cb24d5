using FinOps.Contracts;
using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using Hangfire;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Alerts;

/// <summary>
/// Sends one alert through the channels that have a try due. At least once, with the same id on every try: the channel's row is claimed
/// before a try and written after it, so a job that runs twice sends once, and only one that dies in between sends again.
/// </summary>
public sealed class DeliverAlert(
    AlertStore alerts, SendAlert send, QuietHoursStore quietHours, AlertSettings settings, DeliveryRequests deliveries, TimeProvider clock,
    ILogger<DeliverAlert> log)
{
    /// <param name="alertId">All that the job knows: no address, no secret.</param>
    /// <param name="cancellation">The host stops; the try counts as failed and comes again.</param>
    [AutomaticRetry(Attempts = 3, DelaysInSeconds = [5, 15, 45])]
    public async Task RunAsync(string alertId, CancellationToken cancellation)
    {
        var alert = await alerts.FindAsync(alertId, cancellation) ?? throw new InvalidOperationException($"There is no alert {alertId}.");
        var now = clock.GetUtcNow();
        if (await quietHours.ReleaseAsync(alert.BudgetId, now, cancellation) is { } release)
        {
            await alerts.HoldAsync(alertId, release, now, cancellation);
            deliveries.Deliver(alertId, release - now);
        }

        // At once: a receiver that takes its ten seconds keeps nobody waiting.
        await Task.WhenAll((await alerts.DueAsync(alertId, now, cancellation)).Select(due => TryAsync(alert, due, cancellation)));
    }

    private async Task TryAsync(BudgetAlertRaised alert, DueChannel due, CancellationToken cancellation)
    {
        if (await alerts.ClaimAsync(alert.AlertId, due.Name, clock.GetUtcNow(), cancellation) is not { } claimed) return;
        var outcome = await send.RunAsync(alert.AlertId, [alert], due, cancellation);
        await RecordAsync(alert.AlertId, due.Name, claimed, outcome);
    }

    // Not cancelled with the job: what was sent is written down while the host stops, too.
    private async Task RecordAsync(string alertId, string channel, ClaimedTry claimed, DeliveryOutcome outcome)
    {
        var now = clock.GetUtcNow();
        var next = DeliveryDecision.After(
            outcome, claimed.InSchedule, settings.Retries, Limits.DeliveryLongestWait, now,
            DeliveryDecision.SpreadOf($"{alertId} {channel}", claimed.InSchedule));
        await alerts.RecordAsync(alertId, channel, claimed.Attempt, now, outcome, next, CancellationToken.None);
        switch (next)
        {
            case NextStep.RetryAt retry:
                deliveries.Deliver(alertId, retry.At - now);
                break;
            case NextStep.Dead dead:
                log.LogError("Alert {AlertId} is dead for {Channel} after {Attempts} tries: {Reason}", alertId, channel, claimed.Attempt, dead.Reason);
                break;
            case NextStep.Done:
                log.LogInformation("Alert {AlertId} delivered through {Channel} at try {Attempt}", alertId, channel, claimed.Attempt);
                break;
        }
    }
}
