using System.Collections.Concurrent;
using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>
/// Gathers batches of one record: what comes while some are being counted goes to the meters together, with one call per meter, in the order
/// in which it came. Each has an outcome of its own.
/// </summary>
/// <param name="meters">Where the records go.</param>
/// <param name="silos">Tells that a call may have no answer.</param>
/// <param name="ledger">That of this process, if it has one: its lane waits until what was handed over is there.</param>
internal sealed class Doorway(MeterReferences meters, LostSilos silos, Ledger? ledger = null)
{
    private readonly ConcurrentQueue<Waiting> arrived = new();
    private int running;

    /// <summary>Ends when the record is on disk. Nobody else's cancellation harms it, and nobody cancels it: it is on its way.</summary>
    public Task<RecordOutcome> CountAsync(string? batchId, MeterRecord record)
    {
        var waiting = new Waiting(batchId, record);
        arrived.Enqueue(waiting);
        // On a thread that belongs to no request.
        if (Interlocked.Exchange(ref running, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static door => _ = door.RunAsync(), this, preferLocal: false);
        return waiting.Task;
    }

    /// <summary>The one loop that hands over. It fails its callers, never itself.</summary>
    private async Task RunAsync()
    {
        do
        {
            var later = new List<Waiting>();
            while (Next(ref later) is { Count: > 0 } gathering)
            {
                var calls = HandOver(gathering);
                // Beyond that a meter that is slow keeps its own callers waiting and nobody else.
                await Task.WhenAny(Task.WhenAll(calls.Select(c => c.Outcomes)), Task.Delay(Limits.DoorwayPatience));
                // Who is answered sends again: the next gathering holds them, too.
                await Task.WhenAny(AnswerAsync(calls), Task.Delay(Limits.MeterTurn));
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

    private List<Call> HandOver(List<Waiting> gathering)
    {
        List<(MeterReference Meter, Waiting[] Waiting)> byMeter;
        try
        {
            byMeter = [.. gathering.GroupBy(w => w.Record.Record.Meter).Select(m => (meters.Of(m.Key), m.ToArray()))];
        }
        catch (Exception failure)
        {
            // A process that stops gives no references; nobody was called yet.
            foreach (var waiting in gathering) waiting.SetException(failure);
            return [];
        }

        var turn = new MeterTurn(byMeter.Count(m => m.Meter.IsHere));
        ledger?.Expect(turn);
        return byMeter.ConvertAll(m =>
        {
            var arrival = new Arrival(m.Meter.IsHere ? turn : null);
            return new Call(m.Meter, m.Waiting, arrival, RecordAsync(m.Meter.Grain, m.Waiting, arrival));
        });
    }

    private async Task<RecordOutcome[]> RecordAsync(IMeterGrain meter, Waiting[] waiting, Arrival arrival)
    {
        var lost = silos.Next;
        try
        {
            return await meter.RecordAsync(new MeterBatch(null, Array.ConvertAll(waiting, w => w.Record))
            {
                BatchIds = Array.ConvertAll(waiting, w => w.BatchId),
                Arrival = arrival,
            }).WaitAsync(lost);
        }
        catch (OperationCanceledException)
        {
            throw new BooksUnavailableException("A silo went while it was asked.");
        }
    }

    /// <summary>All on one thread, one after the other: to wake one for each costs more than to answer.</summary>
    private static Task AnswerAsync(List<Call> calls) => Task.Run(() =>
    {
        foreach (var call in calls)
        {
            if (call.Outcomes.IsCompleted) call.Answer();
            else call.Outcomes.ContinueWith(_ => call.Answer(), TaskScheduler.Default);
        }
    });

    private sealed class Waiting(string? batchId, MeterRecord record) : TaskCompletionSource<RecordOutcome>
    {
        public string? BatchId { get; } = batchId;

        public MeterRecord Record { get; } = record;
    }

    private sealed record Call(MeterReference Meter, Waiting[] Waiting, Arrival Arrival, Task<RecordOutcome[]> Outcomes)
    {
        public void Answer()
        {
            Meter.IsHere = Arrival.Happened;
            for (var i = 0; i < Waiting.Length; i++)
            {
                if (Outcomes.IsCompletedSuccessfully) Waiting[i].SetResult(Outcomes.Result[i]);
                else Waiting[i].SetException(Outcomes.Exception!.InnerExceptions);
            }
        }
    }
}
