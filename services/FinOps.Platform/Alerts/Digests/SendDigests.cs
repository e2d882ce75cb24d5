using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using Hangfire;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Alerts.Digests;

/// <summary>
/// Makes the digests whose time has come and sends those that have a try due. It comes each minute; twice, at once or killed midway is
/// harmless: a channel has one digest a day, whose row is claimed before a try and written after it. What was missed is made when it comes.
/// </summary>
public sealed class SendDigests(
    DigestStore digests, AlertStore alerts, SendAlert send, QuietHoursStore quietHours, AlertSettings settings, TimeProvider clock,
    ILogger<SendDigests> log)
{
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await digests.ReleaseAsync(now, cancellation);
        foreach (var waiting in await digests.WaitingAsync(cancellation))
        {
            var (day, at) = waiting.Schedule.Last(now);
            await digests.GatherAsync(waiting.BudgetId, waiting.Channel, day, at, now, cancellation);
        }

        await Parallel.ForEachAsync(
            await digests.DueAsync(now, cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = Limits.DigestsInFlight, CancellationToken = cancellation },
            async (due, token) => await TryAsync(due, token));
    }

    private async Task TryAsync(DueDigest due, CancellationToken cancellation)
    {
        if (await quietHours.ReleaseAsync(due.BudgetId, clock.GetUtcNow(), cancellation) is { } release)
        {
            await digests.HoldAsync(due.Id, release, cancellation);
            return;
        }

        if (await digests.ClaimAsync(due.Id, clock.GetUtcNow(), cancellation) is not { } attempt) return;
        var inIt = await alerts.OfDigestAsync(due.Id, cancellation);
        // Each may have been asked for by itself meanwhile; then nothing is left to tell.
        var outcome = inIt.Count == 0 ? new DeliveryOutcome.Delivered(null) : await send.RunAsync(due.Id, inIt, due.Channel, cancellation);
        var now = clock.GetUtcNow();
        var next = DeliveryDecision.After(
            outcome, attempt, settings.Retries, Limits.DeliveryLongestWait, now, DeliveryDecision.SpreadOf(due.Id, attempt));
        await digests.RecordAsync(due.Id, attempt, now, outcome, next, CancellationToken.None);
        if (next is NextStep.Dead dead) log.LogError("Digest {Id} is dead after {Attempts} tries: {Reason}", due.Id, attempt, dead.Reason);
    }
}
