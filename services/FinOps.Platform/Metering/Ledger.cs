using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Metering;

/// <summary>
/// The lanes of a silo, each with one commit in flight. What arrives meanwhile goes into the next, whatever meter it is of: the lane that
/// takes a flush knows what the commit before made of its meter's streams.
/// </summary>
internal sealed class Ledger(LedgerCommit commit, IEnumerable<ICommittedUsageListener> listeners, ILogger<Ledger> log) : BackgroundService
{
    private readonly WaitingFlushes waiting = new();

    /// <summary>Ends when the records are on disk, or says that nothing was written.</summary>
    public Task<FlushResult> CommitAsync(MeterFlush flush)
    {
        var added = waiting.AddAsync(flush);
        return added.IsCompletedSuccessfully ? flush.Result : ResultAsync(added, flush);

        static async Task<FlushResult> ResultAsync(ValueTask added, MeterFlush flush)
        {
            await added;
            return await flush.Result;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Enumerable.Range(1, Limits.LedgerLanes - 1).Select(lane => RunFullAsync(lane, stoppingToken)).Prepend(RunAsync(lane: 0, stoppingToken)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        waiting.Close();
        await base.StopAsync(cancellationToken);
        var stopped = new FlushResult.Failed(new OperationCanceledException("The ledger stopped before the commit."));
        foreach (var flush in waiting.Rest()) flush.Complete(stopped);
    }

    private async Task RunAsync(int lane, CancellationToken stopping)
    {
        await foreach (var _ in waiting.SomethingAsync(stopping)) await CommitAllAsync(lane, isFull: false, stopping);
    }

    private async Task RunFullAsync(int lane, CancellationToken stopping)
    {
        await foreach (var _ in waiting.EnoughAsync(stopping)) await CommitAllAsync(lane, isFull: true, stopping);
    }

    /// <summary>
    /// A commit is under way before the callers of the one before it are told: while the database writes, they are answered and send again, and
    /// the next commit is made ready.
    /// </summary>
    private async Task CommitAllAsync(int lane, bool isFull, CancellationToken stopping)
    {
        var answer = new Answer([], []);
        for (var taken = Take(lane, isFull); taken is not null;)
        {
            var results = new FlushResult[taken.Group.Count];
            var committing = CommitAsync(taken, results, lane, stopping);
            Give(answer);
            var next = await TakeAheadAsync(committing, answer, lane, isFull);
            await committing;
            waiting.Release(taken.Group);
            answer = new Answer(taken.Group, results);
            if (next is null && answer.Records > Limits.RecordsOfSmallCommit)
            {
                // What its senders have ready goes into the next one: larger commits make larger events, which take less room.
                Give(answer);
                answer = new Answer([], []);
            }

            taken = next ?? Take(lane, isFull);
        }

        Give(answer);
    }

    /// <summary>As soon as all that were just answered have sent again, or else when the commit has ended.</summary>
    private async Task<Taken?> TakeAheadAsync(Task committing, Answer answer, int lane, bool isFull)
    {
        if (isFull) return Take(lane, isFull);
        if (answer.Records is 0 or > Limits.RecordsOfSmallCommit) return null;
        await Task.WhenAny(committing, waiting.ComeAsync(answer.Records));
        return committing.IsCompleted ? null : Take(lane, isFull);
    }

    private Taken? Take(int lane, bool isFull)
    {
        if (isFull && !waiting.IsEnough) return null;
        var group = waiting.Take(lane);
        return group.Count == 0 ? null : new Taken(group, Prepare(group, lane));
    }

    private Bet? Prepare(List<MeterFlush> group, int lane)
    {
        try
        {
            return commit.Prepare(group, lane);
        }
        catch (Exception e)
        {
            // The commit looks then, meets the same, and tells those whom it concerns.
            log.LogWarning(e, "A commit of {Flushes} flushes could not be made ready", group.Count);
            return null;
        }
    }

    /// <summary>Fills in the results, and tells the meters' activations what became of their streams. It fails its callers, never itself.</summary>
    private async Task CommitAsync(Taken taken, Memory<FlushResult> results, int lane, CancellationToken stopping)
    {
        var group = taken.Group;
        try
        {
            var known = group.TrueForAll(IsKnown) ? group : group.FindAll(IsKnown);
            IReadOnlyList<FlushResult> told = known.Count == 0 ? []
                : known == group ? await commit.CommitAsync(group, taken.Bet, lane, stopping)
                : await commit.CommitAsync(known, lane, stopping);
            var next = 0;
            for (var i = 0; i < group.Count; i++)
                results.Span[i] = next < known.Count && ReferenceEquals(group[i], known[next]) ? told[next++] : FlushResult.Unread.Instance;
        }
        catch (Exception e) when (group.Count > 1 && e is not OperationCanceledException && !e.Passes())
        {
            log.LogWarning(e, "A commit of {Flushes} flushes failed; trying each alone", group.Count);
            for (var i = 0; i < group.Count; i++) await CommitAsync(new Taken([group[i]], Bet: null), results.Slice(i, 1), lane, stopping);
            return;
        }
        catch (Exception e)
        {
            results.Span.Fill(new FlushResult.Failed(e));
        }

        // What was committed first: a meter that forgets may read at once, and would have it already.
        TakeOver(group, results.Span, areCommitted: true);
        TakeOver(group, results.Span, areCommitted: false);
    }

    private static void TakeOver(List<MeterFlush> group, ReadOnlySpan<FlushResult> results, bool areCommitted)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is FlushResult.Committed == areCommitted) group[i].Belief.Take(results[i]);
        }
    }

    private static bool IsKnown(MeterFlush flush) => flush.Belief.State is not null;

    /// <summary>All on one thread, one after the other: to wake one for each costs more than to answer.</summary>
    private void Give(Answer answer)
    {
        if (answer.Group.Count == 0) return;
        ThreadPool.UnsafeQueueUserWorkItem(
            static given =>
            {
                var (ledger, (group, results)) = given;
                for (var i = 0; i < results.Length; i++) group[i].Complete(results[i]);
                ledger.Tell(group, results);
            },
            (this, answer), preferLocal: false);
    }

    private void Tell(List<MeterFlush> group, FlushResult[] results)
    {
        var usage = CommittedUsage.Of(group, results);
        if (usage.Count == 0) return;
        foreach (var listener in listeners) listener.Committed(usage);
    }

    /// <param name="Group">Flushes whose meters the lane holds.</param>
    /// <param name="Bet">What was made ready of them; null where the commit must look first.</param>
    private sealed record Taken(List<MeterFlush> Group, Bet? Bet);

    private readonly record struct Answer(List<MeterFlush> Group, FlushResult[] Results)
    {
        public int Records { get; } = Group.Sum(f => f.Records.Count);
    }
}
