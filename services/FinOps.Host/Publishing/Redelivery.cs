using FinOps.Contracts;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Publishing;

/// <summary>Sends a batch until it is answered, under the same id; gives up when no batch of any lane was answered for too long.</summary>
internal sealed class Redelivery(TimeSpan giveUpAfter, PublishTally tally, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private long answeredAt;

    /// <summary>How long to wait for the first try's receipt; doubled with each.</summary>
    public TimeSpan Patience { get; init; } = Limits.PublishedBatchPatience;

    /// <param name="transport">The lane's own.</param>
    /// <param name="batchId">The batch's id.</param>
    /// <param name="body">The batch.</param>
    /// <param name="stop">Ends the trying again.</param>
    /// <param name="abort">Ends the waiting for an answer too.</param>
    public async Task<UsageReceipt> SendAsync(
        IBatchTransport transport, string batchId, ReadOnlyMemory<byte> body, CancellationToken stop, CancellationToken abort)
    {
        var startedAt = clock.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            try
            {
                var left = giveUpAfter - Silence(startedAt);
                var patience = Doubled(Patience, tries, Limits.PublishedBatchPatienceMax);
                var receipt = await transport.SendAsync(batchId, body, left < patience ? Max(left, FirstPause) : patience, abort);
                Interlocked.Exchange(ref answeredAt, clock.GetTimestamp());
                return receipt;
            }
            catch (UnansweredException trouble)
            {
                tally.Unanswered(trouble.Message);
                var silence = Silence(startedAt);
                if (silence >= giveUpAfter)
                    throw new RefusedException($"Gave up after {silence.TotalSeconds:0} s without an answer: {trouble.Message}.", trouble);
                await Task.Delay(trouble.RetryAfter ?? Doubled(FirstPause, tries, Limits.PublisherPauseMax), clock, stop);
            }
        }
    }

    /// <summary>Since the last answer to any lane, or since this batch was first sent, whichever is later.</summary>
    private TimeSpan Silence(long startedAt) => clock.GetElapsedTime(Math.Max(startedAt, Interlocked.Read(ref answeredAt)));

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static TimeSpan Doubled(TimeSpan first, int tries, TimeSpan longest)
    {
        var doubled = first * Math.Pow(2, Math.Min(tries, 30));
        return doubled < longest ? doubled : longest;
    }
}
