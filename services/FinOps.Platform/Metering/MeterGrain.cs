using System.Diagnostics.Metrics;
using System.Threading.Channels;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Orleans.Concurrency;

namespace FinOps.Platform.Metering;

/// <summary>A meter: the single writer of one tenant's and model's usage.</summary>
[Alias("finops.meter.v1")]
public interface IMeterGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes records in and answers when they are on disk. May interleave, because it only adds to a bounded buffer and awaits the result:
    /// that is what lets one commit carry all that came while another was in flight.
    /// </summary>
    [AlwaysInterleave]
    [Alias("record")]
    Task<RecordOutcome[]> RecordAsync(MeterBatch batch);

    /// <summary>What the meter has counted, as committed.</summary>
    [Alias("totals")]
    Task<MeterTotals> TotalsAsync();
}

/// <summary>The meter has as much waiting as it may hold; try again shortly.</summary>
[GenerateSerializer]
[Alias("finops.meter-overloaded.v1")]
public sealed class MeterOverloadedException(string message) : Exception(message);

/// <summary>
/// The books could not be written just now: database or silo was away. What was committed will be a duplicate, the rest was not counted:
/// try again. The database's own exception does not travel between processes.
/// </summary>
[GenerateSerializer]
[Alias("finops.books-unavailable.v1")]
public sealed class BooksUnavailableException(string message) : Exception(message);

/// <summary>
/// Holds nothing that PostgreSQL does not: the versions of its streams and the running totals, both read when it wakes. It flushes its
/// buffer to the ledger, one flush at a time; after any failure it forgets what it knows and reads it again.
/// </summary>
internal sealed class MeterGrain(Ledger ledger, MeterState.Reader reader) : Grain, IMeterGrain
{
    /// <summary>Counts flushes that were refused because another activation of the meter wrote: more than a few mean that silos disagree.</summary>
    public const string StaleFlushes = "finops.meter.stale_flushes";

    private static readonly Counter<long> Stale = new System.Diagnostics.Metrics.Meter("FinOps.Metering").CreateCounter<long>(StaleFlushes);

    private readonly Queue<Waiting> buffer = new();
    private int recordsWaiting;
    private Task flushing = Task.CompletedTask;
    private MeterState? state;
    private MeterFlush? last;

    public async Task<RecordOutcome[]> RecordAsync(MeterBatch batch)
    {
        if (recordsWaiting + batch.Records.Length > Limits.RecordsWaitingPerMeter && recordsWaiting > 0)
            throw new MeterOverloadedException($"{recordsWaiting} records wait in this meter; try again.");
        var waiting = new Waiting(batch);
        buffer.Enqueue(waiting);
        recordsWaiting += batch.Records.Length;
        if (flushing.IsCompleted) flushing = FlushAllAsync();
        batch.Arrival?.Tell();
        return await waiting.Outcomes.Task;
    }

    public async Task<MeterTotals> TotalsAsync()
    {
        var meter = MeterKey.Parse(this.GetPrimaryKeyString());
        // A correction writes the streams without this grain: what is remembered is the answer only while their versions are those it knows.
        var known = state ??= await reader.ReadAsync(meter, CancellationToken.None);
        return await reader.IsCurrentAsync(meter, known, CancellationToken.None)
            ? known.Totals
            : (await reader.ReadAsync(meter, CancellationToken.None)).Totals;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await flushing.WaitAsync(cancellationToken);

    /// <summary>The one loop that touches versions and totals. It fails its callers, never itself.</summary>
    private async Task FlushAllAsync()
    {
        while (buffer.Count > 0)
        {
            var group = Gather.UpTo<Waiting>(Limits.RecordsPerCommit, buffer.TryDequeue, w => w.Batch.Records.Length);
            recordsWaiting -= group.Sum(w => w.Batch.Records.Length);
            try
            {
                Answer(group, await CommitAsync(group));
            }
            catch (Exception e)
            {
                state = null;
                LetGo();
                foreach (var waiting in group) waiting.Outcomes.TrySetException(Told(e));
            }
        }

        LetGo();
    }

    private async Task<FlushResult.Committed> CommitAsync(List<Waiting> group)
    {
        var meter = MeterKey.Parse(this.GetPrimaryKeyString());
        var records = group.SelectMany(w => w.Batch.Pending()).ToList();
        foreach (var pending in records) Invariant.Require(pending.Record.Meter == meter, "a meter records its own usage only");
        for (var attempt = 1; ; attempt++)
        {
            state ??= await reader.ReadAsync(meter, CancellationToken.None);
            var flush = new MeterFlush(meter, records, state.Versions);
            var committing = ledger.CommitAsync(flush);
            LetGo();
            last = flush;
            var result = await committing;
            if (result is FlushResult.Committed committed)
            {
                state = state.After(committed);
                return committed;
            }

            // Another activation of this grain wrote; the database has decided. Read what it wrote and try again.
            Stale.Add(1);
            state = null;
            LetGo();
            if (attempt == Limits.StaleMeterAttempts)
                throw new BooksUnavailableException($"Meter {meter.Tenant}/{meter.Model} found its streams changed {attempt} times.");
        }
    }

    /// <summary>The lane need not wait for this meter: it has handed in what it had, or has nothing, or must read first.</summary>
    private void LetGo()
    {
        last?.Settle();
        last = null;
    }

    /// <summary>What passes by itself is told so that the sender tries again; the rest as it is.</summary>
    private static Exception Told(Exception failure) =>
        failure.Passes() || failure is OperationCanceledException or ChannelClosedException || CommitRace.IsLost(failure)
            ? new BooksUnavailableException($"The books could not be written: {failure.Message}")
            : failure;

    private static void Answer(List<Waiting> group, FlushResult.Committed committed)
    {
        var next = 0;
        foreach (var waiting in group)
        {
            waiting.Outcomes.TrySetResult([.. committed.Outcomes.Skip(next).Take(waiting.Batch.Records.Length)]);
            next += waiting.Batch.Records.Length;
        }
    }

    private sealed record Waiting(MeterBatch Batch)
    {
        public TaskCompletionSource<RecordOutcome[]> Outcomes { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
