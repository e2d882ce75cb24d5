using FinOps.Host.Publishing;

namespace FinOps.Host.Demo;

/// <summary>Sends the demo's calls as live usage, and what its fleets had: first the last hours, as fast as they go, then each second as it passes.</summary>
internal sealed class DemoRun(DemoCalls calls, DemoFleetReports fleets, TimeProvider clock)
{
    private static readonly BatchHead Head = new("demo", Backfill: null);

    /// <param name="publisher">Where the records go.</param>
    /// <param name="tally">Counts what was read.</param>
    /// <param name="history">How far back it starts.</param>
    /// <param name="end">When it ends; null: when it is stopped.</param>
    /// <param name="stop">Stops it.</param>
    public async Task RunAsync(LanedPublisher publisher, PublishTally tally, TimeSpan history, DateTimeOffset? end, CancellationToken stop)
    {
        var second = (clock.GetUtcNow() - history).ToUnixTimeSeconds();
        while (end is null || clock.GetUtcNow() < end)
        {
            // A second is sent when it is over; after a stall, all that have passed.
            var wait = DateTimeOffset.FromUnixTimeSeconds(second + 1) - clock.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await publisher.FlushAsync(stop);
                await Task.Delay(wait, clock, stop);
            }

            await fleets.EndOfAsync(second, stop);
            foreach (var record in calls.Sent(second++))
            {
                tally.Read();
                await publisher.AddAsync(record, Head, stop);
            }
        }
    }
}
