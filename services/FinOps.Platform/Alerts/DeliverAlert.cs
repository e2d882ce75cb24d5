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
    AlertStore alerts, IEnumerable<IAlertChannel> channels, AlertSettings settings, IBackgroundJobClient jobs, TimeProvider clock,
    ILogger<DeliverAlert> log)
{
    /// <param name="alertId">All that the job knows: no address, no secret.</param>
    /// <param name="cancellation">The host stops; the try counts as failed and comes again.</param>
    [AutomaticRetry(Attempts = 3, DelaysInSeconds = [5, 15, 45])]
    public async Task RunAsync(string alertId, CancellationToken cancellation)
    {
        var alert = await alerts.FindAsync(alertId, cancellation) ?? throw new InvalidOperationException($"There is no alert {alertId}.");
        foreach (var channel in channels)
        {
            if (await alerts.ClaimAsync(alertId, channel.Kind, clock.GetUtcNow(), cancellation) is not { } attempt) continue;
            var outcome = await TryAsync(channel, alert, cancellation);
            await RecordAsync(alertId, channel.Kind, attempt, outcome);
        }
    }

    private async Task<DeliveryOutcome> TryAsync(IAlertChannel channel, BudgetAlertRaised alert, CancellationToken cancellation)
    {
        try
        {
            return await channel.SendAsync(alert, cancellation);
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "Alert {AlertId} did not go through {Channel}", alert.AlertId, channel.Kind);
            return new DeliveryOutcome.Failed(cancellation.IsCancellationRequested ? "interrupted" : "error", null, null);
        }
    }

    // Not cancelled with the job: what was sent is written down while the host stops, too.
    private async Task RecordAsync(string alertId, string channel, int attempt, DeliveryOutcome outcome)
    {
        var now = clock.GetUtcNow();
        var next = DeliveryDecision.After(outcome, attempt, settings.Retries, Limits.DeliveryLongestWait, now);
        await alerts.RecordAsync(alertId, channel, attempt, now, outcome, next, CancellationToken.None);
        switch (next)
        {
            case NextStep.RetryAt retry:
                jobs.Schedule<DeliverAlert>(job => job.RunAsync(alertId, CancellationToken.None), retry.At - now);
                break;
            case NextStep.Dead dead:
                log.LogError("Alert {AlertId} is dead for {Channel} after {Attempts} tries: {Reason}", alertId, channel, attempt, dead.Reason);
                break;
            case NextStep.Done:
                log.LogInformation("Alert {AlertId} delivered through {Channel} at try {Attempt}", alertId, channel, attempt);
                break;
        }
    }
}
