using System.Threading.Channels;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Metering;

/// <summary>
/// The lanes of a silo, each with one commit in flight. What arrives meanwhile goes into the next. A meter has one flush at a time, so no two
/// commits hold the same one.
/// </summary>
internal sealed class Ledger(LedgerCommit commit, IEnumerable<ICommittedUsageListener> listeners, ILogger<Ledger> log) : BackgroundService
{
    private readonly Channel<MeterFlush> waiting = Channel.CreateBounded<MeterFlush>(Limits.FlushesWaiting);
    private readonly Channel<bool> filled = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long recordsWaiting;
    private MeterTurn? expected;

    /// <summary>Ends when the records are on disk, or says that nothing was written.</summary>
    public async Task<FlushResult> CommitAsync(MeterFlush flush)
    {
        await waiting.Writer.WriteAsync(flush);
        if (Interlocked.Add(ref recordsWaiting, flush.Records.Count) >= Limits.RecordsPerCommit) filled.Writer.TryWrite(true);
        return await flush.Result;
    }

    /// <summary>That meters are about to hand in: the first lane waits for them, as it does after a commit.</summary>
    public void Expect(MeterTurn turn) => Volatile.Write(ref expected, turn);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Enumerable.Range(1, Limits.LedgerLanes - 1).Select(lane => RunFullAsync(lane, stoppingToken)).Prepend(RunAsync(lane: 0, stoppingToken)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        waiting.Writer.TryComplete();
        filled.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
        while (waiting.Reader.TryRead(out var flush)) flush.Fail(new OperationCanceledException("The ledger stopped before the commit."));
    }

    private async Task RunAsync(int lane, CancellationToken stopping)
    {
        while (await waiting.Reader.WaitToReadAsync(stopping))
        {
            if (Interlocked.Exchange(ref expected, null) is { } turn) await TakenAsync(turn, stopping);
            await CommitWaitingAsync(lane, stopping);
        }
    }

    private async Task RunFullAsync(int lane, CancellationToken stopping)
    {
        await foreach (var _ in filled.Reader.ReadAllAsync(stopping))
        {
            while (Interlocked.Read(ref recordsWaiting) >= Limits.RecordsPerCommit) await CommitWaitingAsync(lane, stopping);
        }
    }

    private async Task CommitWaitingAsync(int lane, CancellationToken stopping)
    {
        var group = Gather.UpTo<MeterFlush>(Limits.RecordsPerCommit, waiting.Reader.TryRead, f => f.Records.Count);
        Interlocked.Add(ref recordsWaiting, -group.Sum(f => (long)f.Records.Count));
        try
        {
            await CommitGroupAsync(group, lane, stopping);
        }
        catch (Exception e) when (group.Count > 1 && e is not OperationCanceledException && !e.Passes())
        {
            log.LogWarning(e, "A commit of {Meters} meters failed; trying each meter alone", group.Count);
            foreach (var flush in group) await CommitAloneAsync(flush, lane, stopping);
        }
        catch (Exception e)
        {
            foreach (var flush in group) flush.Fail(e);
        }
    }

    private async Task CommitAloneAsync(MeterFlush flush, int lane, CancellationToken stopping)
    {
        try
        {
            await CommitGroupAsync([flush], lane, stopping);
        }
        catch (Exception e)
        {
            flush.Fail(e);
        }
    }

    private async Task CommitGroupAsync(List<MeterFlush> group, int lane, CancellationToken stopping)
    {
        if (group.Count == 0) return;
        var results = await commit.CommitAsync(group, lane, stopping);
        var turn = new MeterTurn(group.Count);
        for (var i = 0; i < group.Count; i++) group[i].Complete(results[i], turn);
        Tell(group, results);
        await TakenAsync(turn, stopping);
    }

    /// <summary>A meter that is slow to take its turn makes the next commit smaller, not later.</summary>
    private static Task TakenAsync(MeterTurn turn, CancellationToken stopping) =>
        turn.Ended.IsCompleted ? Task.CompletedTask : Task.WhenAny(turn.Ended, Task.Delay(Limits.MeterTurn, stopping));

    private void Tell(List<MeterFlush> group, IReadOnlyList<FlushResult> results)
    {
        var committed = new List<CommittedUsage>();
        for (var i = 0; i < group.Count; i++)
        {
            if (results[i] is FlushResult.Committed { Added.Records: > 0 }) committed.Add(Usage(group[i]));
        }

        if (committed.Count == 0) return;
        foreach (var listener in listeners) listener.Committed(committed);
    }

    private static CommittedUsage Usage(MeterFlush flush)
    {
        var (first, last) = (new QuarterHour(int.MaxValue), new QuarterHour(int.MinValue));
        foreach (var pending in flush.Records)
        {
            var slot = pending.Record.Slot;
            if (slot < first) first = slot;
            if (slot > last) last = slot;
        }

        return new CommittedUsage(flush.Meter.Tenant, flush.Meter.Model, first, last);
    }
}
