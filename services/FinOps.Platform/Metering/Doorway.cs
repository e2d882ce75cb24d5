using System.Collections.Concurrent;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>
/// The way of batches of one record. A meter that is awake in this process takes its record at once. For the others they are gathered: what comes
/// while some are being counted goes to the meters together, with one call per meter, in the order in which it came. Each has an outcome of its own.
/// </summary>
/// <param name="meters">Where the records go.</param>
/// <param name="silos">Tells that a call may have no answer.</param>
internal sealed class Doorway(Meters meters, LostSilos silos)
{
    private readonly ConcurrentQueue<Waiting> arrived = new();
    private int running;

    /// <summary>Ends when the record is on disk. Nobody else's cancellation harms it, and nobody cancels it: it is on its way.</summary>
    /// <exception cref="TimeoutException">Nobody knows yet.</exception>
    public async Task<RecordOutcome> CountAsync(string? batchId, MeterRecord record)
    {
        if (meters.AwakeHere(record.Record.Meter) is { } here)
            return (await here.RecordHereAsync([new PendingRecord(record.Record, record.Digest, batchId)]))[0];

        var waiting = new Waiting(batchId, record);
        arrived.Enqueue(waiting);
        // On a thread that belongs to no request.
        if (Interlocked.Exchange(ref running, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static door => _ = door.RunAsync(), this, preferLocal: false);
        return await waiting.Task;
    }

    /// <summary>The one loop that hands over. It fails its callers, never itself.</summary>
    private async Task RunAsync()
    {
        do
        {
            var later = new List<Waiting>();
            while (Next(ref later) is { Count: > 0 } gathering)
            {
                // Beyond that a meter that is slow keeps its own callers waiting and nobody else.
                await Task.WhenAny(Task.WhenAll(HandOver(gathering)), Task.Delay(Limits.DoorwayPatience));
            }

            Interlocked.Exchange(ref running, 0);
        }
        while (!arrived.IsEmpty && Interlocked.Exchange(ref running, 1) == 0);
    }

    /// <summary>What waits; of one identity only the first, because two meters do not keep an order between them.</summary>
    private List<Waiting> Next(ref List<Waiting> later)
    {
        later.AddRange(Gather.UpTo<Waiting>(Limits.RecordsPerCommit, arrived.TryDequeue, _ => 1));
        var rounds = Rounds.Of(later, w => w.Record.Digest.Key).ToList();
        later = [.. rounds.Skip(1).SelectMany(r => r)];
        return rounds is [var first, ..] ? first : [];
    }

    private List<Task> HandOver(List<Waiting> gathering) =>
        [.. gathering.GroupBy(w => w.Record.Record.Meter).Select(m => RecordAsync(m.Key, [.. m]))];

    private async Task RecordAsync(Meter meter, Waiting[] waiting)
    {
        var lost = silos.Next;
        try
        {
            var outcomes = await meters.RecordAsync(meter, new MeterBatch(null, Array.ConvertAll(waiting, w => w.Record))
            {
                BatchIds = Array.ConvertAll(waiting, w => w.BatchId),
            }).WaitAsync(lost);
            for (var i = 0; i < waiting.Length; i++) waiting[i].SetResult(outcomes[i]);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            foreach (var one in waiting) one.SetException(new BooksUnavailableException("A silo went while it was asked."));
        }
        catch (Exception failure)
        {
            foreach (var one in waiting) one.SetException(failure);
        }
    }

    private sealed class Waiting(string? batchId, MeterRecord record) : TaskCompletionSource<RecordOutcome>
    {
        public string? BatchId { get; } = batchId;

        public MeterRecord Record { get; } = record;
    }
}
