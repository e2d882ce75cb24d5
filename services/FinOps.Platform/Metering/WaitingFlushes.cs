using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>
/// What waits for the lanes of a silo, in the order in which it came. A lane takes all that no other lane is writing, so that no two commits
/// hold the same meter; what it must leave goes first next time.
/// </summary>
internal sealed class WaitingFlushes
{
    private readonly Channel<MeterFlush> arrived = Channel.CreateBounded<MeterFlush>(Limits.FlushesWaiting);
    private readonly Channel<bool> something = Signal();
    private readonly Channel<bool> enough = Signal();
    private readonly Lock taking = new();
    private Queue<MeterFlush> left = [];
    private long recordsArrived;
    private Awaited? awaited;

    /// <summary>Ends when there was room for it.</summary>
    /// <exception cref="ChannelClosedException">Nothing is taken any more.</exception>
    public ValueTask AddAsync(MeterFlush flush)
    {
        if (!arrived.Writer.TryWrite(flush)) return new ValueTask(AddLaterAsync(flush));
        Tell(flush);
        return ValueTask.CompletedTask;
    }

    /// <returns>Once per time that something came or became free since it was last asked; each may find it taken by another lane.</returns>
    public IAsyncEnumerable<bool> SomethingAsync(CancellationToken cancellation) => something.Reader.ReadAllAsync(cancellation);

    /// <returns>As <see cref="SomethingAsync"/>, when a commit's worth has come.</returns>
    public IAsyncEnumerable<bool> EnoughAsync(CancellationToken cancellation) => enough.Reader.ReadAllAsync(cancellation);

    /// <returns>Ends when as many records have come as are told; what was asked before never ends.</returns>
    public Task ComeAsync(int records)
    {
        var asked = new Awaited(records);
        Volatile.Write(ref awaited, asked);
        if (Interlocked.Read(ref recordsArrived) >= records) asked.TrySetResult();
        return asked.Task;
    }

    /// <summary>Whether a commit's worth has come and nobody took it.</summary>
    public bool IsEnough => Interlocked.Read(ref recordsArrived) >= Limits.RecordsPerCommit;

    /// <returns>What the lane is to commit; it holds these meters until it <see cref="Release">releases</see> them.</returns>
    public List<MeterFlush> Take(int lane)
    {
        lock (taking)
        {
            var busy = new List<MeterFlush>();
            var group = Gather.UpTo<MeterFlush>(Limits.RecordsPerCommit, TryNext, f => f.Records.Count);
            if (busy.Count > 0) left = new Queue<MeterFlush>(busy.Concat(left));
            return group;

            bool TryNext([MaybeNullWhen(false)] out MeterFlush flush)
            {
                while (left.TryDequeue(out flush) || (busy.Count < Limits.FlushesWaiting && TryArrived(out flush)))
                {
                    // Null where nobody does.
                    if ((flush.Belief.WrittenBy ??= lane) == lane)
                    {
                        flush.Belief.Taken++;
                        return true;
                    }

                    busy.Add(flush);
                }

                return false;
            }
        }
    }

    public void Release(List<MeterFlush> taken)
    {
        lock (taking)
        {
            foreach (var flush in taken)
            {
                if (--flush.Belief.Taken == 0) flush.Belief.WrittenBy = null;
            }

            if (left.Count > 0) something.Writer.TryWrite(true);
        }
    }

    /// <summary>Nothing is taken in any more.</summary>
    public void Close()
    {
        arrived.Writer.TryComplete();
        something.Writer.TryComplete();
        enough.Writer.TryComplete();
    }

    /// <returns>What no lane took, once they have ended.</returns>
    public List<MeterFlush> Rest()
    {
        lock (taking)
        {
            var rest = new List<MeterFlush>();
            while (left.TryDequeue(out var flush) || TryArrived(out flush)) rest.Add(flush);
            return rest;
        }
    }

    private async Task AddLaterAsync(MeterFlush flush)
    {
        await arrived.Writer.WriteAsync(flush);
        Tell(flush);
    }

    private void Tell(MeterFlush flush)
    {
        var records = Interlocked.Add(ref recordsArrived, flush.Records.Count);
        something.Writer.TryWrite(true);
        if (records >= Limits.RecordsPerCommit) enough.Writer.TryWrite(true);
        if (Volatile.Read(ref awaited) is { } asked && records >= asked.Records) asked.TrySetResult();
    }

    private bool TryArrived([MaybeNullWhen(false)] out MeterFlush flush)
    {
        if (!arrived.Reader.TryRead(out flush)) return false;
        Interlocked.Add(ref recordsArrived, -flush.Records.Count);
        return true;
    }

    private static Channel<bool> Signal() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private sealed class Awaited(int records) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Records => records;
    }
}
