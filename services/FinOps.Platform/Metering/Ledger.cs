using System.Threading.Channels;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Metering;

/// <summary>
/// The lanes of a silo: each owns a disjoint set of meters and has one commit in flight. What arrives meanwhile goes into the next.
/// </summary>
internal sealed class Ledger(LedgerCommit commit, IEnumerable<ICommittedUsageListener> listeners, ILogger<Ledger> log) : BackgroundService
{
    private readonly Channel<MeterFlush>[] lanes =
        [.. Enumerable.Range(0, Limits.LedgerLanes).Select(_ => Channel.CreateBounded<MeterFlush>(Limits.FlushesWaitingPerLane))];

    /// <summary>Ends when the records are on disk, or says that nothing was written.</summary>
    public async Task<FlushResult> CommitAsync(MeterFlush flush)
    {
        var lane = unchecked((uint)MeterKey.Of(flush.Meter).GetHashCode(StringComparison.Ordinal)) % (uint)lanes.Length;
        await lanes[lane].Writer.WriteAsync(flush);
        return await flush.Result;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(lanes.Select((lane, number) => RunAsync(lane.Reader, number, stoppingToken)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in lanes) lane.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
        foreach (var lane in lanes)
        {
            while (lane.Reader.TryRead(out var flush)) flush.Fail(new OperationCanceledException("The ledger stopped before the commit."));
        }
    }

    private async Task RunAsync(ChannelReader<MeterFlush> lane, int number, CancellationToken stopping)
    {
        while (await lane.WaitToReadAsync(stopping))
        {
            var group = Gather.UpTo<MeterFlush>(Limits.RecordsPerCommit, lane.TryRead, f => f.Records.Count);
            try
            {
                await CommitGroupAsync(group, number, stopping);
            }
            catch (Exception e) when (group.Count > 1 && e is not OperationCanceledException && !e.Passes())
            {
                log.LogWarning(e, "A commit of {Meters} meters failed; trying each meter alone", group.Count);
                foreach (var flush in group) await CommitAloneAsync(flush, number, stopping);
            }
            catch (Exception e)
            {
                foreach (var flush in group) flush.Fail(e);
            }
        }
    }

    private async Task CommitAloneAsync(MeterFlush flush, int number, CancellationToken stopping)
    {
        try
        {
            await CommitGroupAsync([flush], number, stopping);
        }
        catch (Exception e)
        {
            flush.Fail(e);
        }
    }

    private async Task CommitGroupAsync(List<MeterFlush> group, int number, CancellationToken stopping)
    {
        var results = await commit.CommitAsync(group, number, stopping);
        var turn = new MeterTurn(group.Count);
        for (var i = 0; i < group.Count; i++) group[i].Complete(results[i], turn);
        Tell(group, results);
        // A meter that is slow to take its turn makes the next commit smaller, not later.
        await Task.WhenAny(turn.Ended, Task.Delay(Limits.MeterTurn, stopping));
    }

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
