using System.Diagnostics.Metrics;
using System.Threading.Channels;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Meter = FinOps.Domain.Values.Meter;

namespace FinOps.Platform.Metering;

/// <summary>
/// A meter whose grain is awake in this process. Holds nothing that PostgreSQL does not: the versions of its streams and the running totals,
/// both read when first needed and again whenever they turn out to be otherwise. Any thread may bring records: their order and who writes
/// are the ledger's business.
/// </summary>
internal sealed class AwakeMeter(Meter meter, Ledger ledger, MeterState.Reader reader)
{
    /// <summary>Counts flushes that were refused because another activation of the meter wrote: more than a few mean that silos disagree.</summary>
    public const string StaleFlushes = "finops.meter.stale_flushes";

    private static readonly Counter<long> Stale = new System.Diagnostics.Metrics.Meter("FinOps.Metering").CreateCounter<long>(StaleFlushes);

    private readonly MeterBelief belief = new();
    private readonly Lock gate = new();
    private Task? reading;
    private int recordsWaiting;
    private TaskCompletionSource? idle;

    public Meter Meter => meter;

    /// <summary>Ends when the records are on disk.</summary>
    /// <returns>An outcome per record.</returns>
    /// <exception cref="MeterOverloadedException">As much waits as may.</exception>
    /// <exception cref="BooksUnavailableException">They could not be written just now.</exception>
    public async Task<RecordOutcome[]> RecordAsync(PendingRecord[] records)
    {
        foreach (var pending in records) Invariant.Require(pending.Record.Meter == meter, "a meter records its own usage only");
        Enter(records.Length);
        try
        {
            // Nothing here belongs to the grain's turn.
            return await CommitAsync(records).ConfigureAwait(false);
        }
        catch (Exception failure) when (
            failure.Passes() || failure is OperationCanceledException or ChannelClosedException || CommitRace.IsLost(failure))
        {
            // What passes by itself is told so that the sender tries again; the rest as it is.
            throw new BooksUnavailableException($"The books could not be written: {failure.Message}");
        }
        finally
        {
            Leave(records.Length);
        }
    }

    /// <summary>As <see cref="RecordAsync"/>, for a caller of this process, who waits as long as for a meter elsewhere.</summary>
    /// <exception cref="TimeoutException">Nobody knows yet what became of it.</exception>
    public Task<RecordOutcome[]> RecordHereAsync(PendingRecord[] records) => RecordAsync(records).WaitAsync(Limits.MeterPatience);

    /// <summary>What the meter has counted, as committed.</summary>
    public async Task<MeterTotals> TotalsAsync(CancellationToken cancellation)
    {
        if (belief.State is null) await KnownAsync();
        // A correction writes the streams without this process: what is believed is the answer only while the versions are those that it knows.
        if (belief.State is { } known && await reader.IsCurrentAsync(meter, known, cancellation)) return known.Totals;
        return (await reader.ReadAsync(meter, cancellation)).Totals;
    }

    /// <summary>Ends when nothing waits.</summary>
    public Task IdleAsync()
    {
        lock (gate) return recordsWaiting == 0 ? Task.CompletedTask : (idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    private async Task<RecordOutcome[]> CommitAsync(PendingRecord[] records)
    {
        for (var attempt = 1; attempt <= Limits.StaleMeterAttempts; attempt++)
        {
            if (belief.State is null) await KnownAsync().ConfigureAwait(false);
            var result = await ledger.CommitAsync(new MeterFlush(meter, records, belief)).ConfigureAwait(false);
            if (result is FlushResult.Committed committed) return committed.Outcomes;
            // Another activation of the grain wrote; the database has decided. Read what it wrote and try again.
            if (result is FlushResult.Stale) Stale.Add(1);
        }

        throw new BooksUnavailableException($"Meter {meter.Tenant}/{meter.Model} found its streams changed {Limits.StaleMeterAttempts} times.");
    }

    /// <summary>Ends when the meter's streams are known; all that wait read once.</summary>
    private Task KnownAsync()
    {
        lock (gate) return belief.State is not null ? Task.CompletedTask : reading ??= Task.Run(ReadAsync);
    }

    private async Task ReadAsync()
    {
        try
        {
            belief.Learn(await reader.ReadAsync(meter, CancellationToken.None));
        }
        finally
        {
            lock (gate) reading = null;
        }
    }

    private void Enter(int records)
    {
        lock (gate)
        {
            if (recordsWaiting + records > Limits.RecordsWaitingPerMeter && recordsWaiting > 0)
                throw new MeterOverloadedException($"{recordsWaiting} records wait in this meter; try again.");
            recordsWaiting += records;
        }
    }

    private void Leave(int records)
    {
        lock (gate)
        {
            recordsWaiting -= records;
            if (recordsWaiting == 0) idle?.TrySetResult();
        }
    }
}
