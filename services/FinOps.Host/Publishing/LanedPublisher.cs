using FinOps.Contracts;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Publishing;

/// <summary>Keeps the order of the records of one identity: each identity has its lane, and lanes run side by side.</summary>
internal sealed class LanedPublisher : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource abort = new();
    private readonly IBatchTransport[] transports;
    private readonly Lane[] lanes;
    private readonly Task[] runs;

    public LanedPublisher(int lanes, int recordsPerBatch, Func<IBatchTransport> transport, Redelivery redelivery, PublishTally tally)
    {
        transports = [.. Enumerable.Range(0, lanes).Select(_ => transport())];
        this.lanes = [.. transports.Select(own => new Lane(recordsPerBatch, own, redelivery, tally))];
        runs = [.. this.lanes.Select(lane => Task.Run(() => RunAsync(lane)))];
    }

    /// <summary>Returns once there is room; throws what made a lane fail.</summary>
    public ValueTask AddAsync(UsageRecord record, BatchHead head, CancellationToken cancellation) =>
        lanes[LaneOf(record.Tenant, record.Source ?? head.Source, record.Id, lanes.Length)].AddAsync(record, head, cancellation);

    /// <summary>Sends what waits in batches that are not full yet.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        foreach (var lane in lanes) await lane.FlushAsync(cancellation);
    }

    /// <summary>Sends all that was added and returns when it is answered.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
        foreach (var lane in lanes) lane.Close();
        await Task.WhenAll(runs).WaitAsync(cancellation);
    }

    /// <summary>Sends nothing more; waits a little for the answers to what was sent.</summary>
    public async Task StopAsync()
    {
        abort.CancelAfter(Limits.PublisherStopPatience);
        await stop.CancelAsync();
        foreach (var lane in lanes) lane.Close();
        try
        {
            await Task.WhenAll(runs);
        }
        catch (OperationCanceledException)
        {
            // That is what stopping means; what has no answer shows in the tally.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await abort.CancelAsync();
        await stop.CancelAsync();
        foreach (var lane in lanes) lane.Close();
        await Task.WhenAll(runs).ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (var transport in transports) await transport.DisposeAsync();
        stop.Dispose();
        abort.Dispose();
    }

    /// <summary>The same lane for the same identity in every run (FNV-1a over its three parts).</summary>
    internal static int LaneOf(string tenant, string source, string id, int lanes)
    {
        var hash = Hash(Hash(Hash(14695981039346656037, tenant), source), id);
        return (int)(hash % (ulong)lanes);
    }

    private static ulong Hash(ulong hash, string text)
    {
        unchecked
        {
            foreach (var letter in text) hash = (hash ^ letter) * 1099511628211;
            return (hash ^ 0xffff) * 1099511628211;
        }
    }

    private async Task RunAsync(Lane lane)
    {
        try
        {
            await lane.RunAsync(stop.Token, abort.Token);
        }
        catch (Exception failure)
        {
            // One lane's failure is the run's: what others still hold would only be refused likewise.
            foreach (var other in lanes) other.Close(failure);
            await stop.CancelAsync();
            throw;
        }
    }
}
