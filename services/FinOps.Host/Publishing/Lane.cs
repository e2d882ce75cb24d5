using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Threading.Channels;
using FinOps.Contracts;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Publishing;

/// <summary>What the records of one batch share.</summary>
/// <param name="Source">The source of records that name none.</param>
/// <param name="Backfill">Null for live usage.</param>
internal sealed record BatchHead(string Source, string? Backfill);

/// <summary>Records in order: they fill a batch, and a batch goes only when the one before it is answered.</summary>
internal sealed class Lane(int recordsPerBatch, IBatchTransport transport, Redelivery redelivery, PublishTally tally)
{
    private readonly Channel<Batch> waiting = Channel.CreateBounded<Batch>(Limits.PublishedBatchesWaitingPerLane);
    private List<UsageRecord> records = new(recordsPerBatch);
    private BatchHead? head;

    /// <summary>Returns once the lane has room.</summary>
    public async ValueTask AddAsync(UsageRecord record, BatchHead batchHead, CancellationToken stop)
    {
        if (head is not null && head != batchHead) await FlushAsync(stop);
        head = batchHead;
        records.Add(record);
        if (records.Count == recordsPerBatch) await FlushAsync(stop);
    }

    /// <summary>Closes the batch that is being filled, even if it is small.</summary>
    public async ValueTask FlushAsync(CancellationToken stop)
    {
        if (records.Count == 0) return;
        var batch = new Batch(head!, records);
        records = new List<UsageRecord>(recordsPerBatch);
        try
        {
            await waiting.Writer.WriteAsync(batch, stop);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Close(Exception? failure = null) => waiting.Writer.TryComplete(failure);

    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        await foreach (var batch in waiting.Reader.ReadAllAsync(stop))
        {
            stop.ThrowIfCancellationRequested();
            var batchId = Guid.CreateVersion7().ToString();
            var reported = new UsageReported
            {
                BatchId = batchId,
                Source = batch.Head.Source,
                Backfill = batch.Head.Backfill,
                Records = batch.Records,
            };
            var body = JsonSerializer.SerializeToUtf8Bytes(reported, UsageJson.Default.UsageReported);
            var receipt = await redelivery.SendAsync(transport, batchId, body, stop, abort);
            if (receipt.Verdicts.Count != batch.Records.Count)
                throw new RefusedException($"A batch of {batch.Records.Count} records got {receipt.Verdicts.Count} verdicts.");
            tally.Answered(receipt);
        }
    }

    private sealed record Batch(BatchHead Head, IReadOnlyList<UsageRecord> Records);
}
