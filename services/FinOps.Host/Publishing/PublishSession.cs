
namespace FinOps.Host.Publishing;

/// <summary>One run of a publisher from its first record to its summary, however it ends.</summary>
internal sealed class PublishSession(Func<IBatchTransport> transport, int lanes, int recordsPerBatch, TimeSpan giveUpAfter)
{
    /// <summary>How often a log, not a terminal, is told how far it is.</summary>
    public TimeSpan LogEvery { get; init; } = TimeSpan.FromSeconds(5);

    public TextWriter Out { get; init; } = Console.Out;

    public TextWriter Error { get; init; } = Console.Error;

    /// <param name="produce">Adds the records to the publisher and to the tally.</param>
    /// <param name="stop">Ends the run early.</param>
    /// <returns>False when it was stopped.</returns>
    public async Task<bool> RunAsync(Func<LanedPublisher, PublishTally, Task> produce, CancellationToken stop)
    {
        var tally = new PublishTally();
        var isTerminal = ReferenceEquals(Error, Console.Error) && !Console.IsErrorRedirected;
        var progress = new PublishProgress(tally, Error, isTerminal, isTerminal ? TimeSpan.FromSeconds(1) : LogEvery, TimeProvider.System);
        using var done = new CancellationTokenSource();
        var showing = progress.RunAsync(done.Token);
        await using var publisher = new LanedPublisher(
            lanes, recordsPerBatch, transport, new Redelivery(giveUpAfter, tally, TimeProvider.System), tally);
        try
        {
            return await PublishAsync(publisher, tally, produce, stop);
        }
        finally
        {
            await done.CancelAsync();
            await showing;
            foreach (var remark in progress.Remarks()) await Error.WriteLineAsync(remark);
            await Out.WriteLineAsync(progress.Summary());
        }
    }

    private static async Task<bool> PublishAsync(
        LanedPublisher publisher, PublishTally tally, Func<LanedPublisher, PublishTally, Task> produce, CancellationToken stop)
    {
        try
        {
            await produce(publisher, tally);
            await publisher.CompleteAsync(stop);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await publisher.StopAsync();
            return false;
        }
        catch (TraceException)
        {
            // What was before the flaw is sent and answered; then the flaw is told.
            await publisher.CompleteAsync(stop);
            throw;
        }
    }
}
