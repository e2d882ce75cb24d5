using System.Collections.Concurrent;
using FinOps.Platform.Hosting;
using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Alerts;

/// <summary>
/// Asks Hangfire for deliveries on a thread of its own. Its client blocks while the database answers: two grains that waited for it at once held
/// both threads of a machine with two cores, and everything else stood still until the runtime lent another, for up to two seconds.
/// </summary>
/// <remarks>What waits here is lost with the process. It is in the database too: <see cref="SweepAlerts"/> looks there.</remarks>
public sealed class DeliveryRequests(IBackgroundJobClient jobs, ILogger<DeliveryRequests> log) : IHostedService, IDisposable
{
    private readonly BlockingCollection<Ask> waiting = new(Limits.DeliveriesQueued);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="alertId">All that the job is told.</param>
    /// <param name="delay">From when it is asked for.</param>
    public void Deliver(string alertId, TimeSpan delay = default)
    {
        if (!waiting.TryAdd(new Ask(alertId, delay)))
            log.LogWarning("{Count} deliveries wait for the job server, which is as many as are kept; alert {AlertId} is left to the sweep", waiting.Count, alertId);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Run) { IsBackground = true, Name = "deliveries" }.Start();
        return Task.CompletedTask;
    }

    /// <summary>What waits is asked for yet.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        stopping.Cancel();
        return done.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        stopping.Dispose();
        waiting.Dispose();
    }

    private void Run()
    {
        try
        {
            foreach (var ask in waiting.GetConsumingEnumerable(stopping.Token)) Enqueue(ask);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            while (waiting.TryTake(out var ask)) Enqueue(ask);
        }

        done.SetResult();
    }

    private void Enqueue(Ask ask)
    {
        try
        {
            if (ask.Delay <= TimeSpan.Zero) jobs.Enqueue<DeliverAlert>(job => job.RunAsync(ask.AlertId, CancellationToken.None));
            else jobs.Schedule<DeliverAlert>(job => job.RunAsync(ask.AlertId, CancellationToken.None), ask.Delay);
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "The job server took no delivery of alert {AlertId}; the sweep will ask again", ask.AlertId);
        }
    }

    private readonly record struct Ask(string AlertId, TimeSpan Delay);
}
