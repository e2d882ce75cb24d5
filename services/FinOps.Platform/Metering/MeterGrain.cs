using FinOps.Domain.Metering;
using Orleans.Concurrency;

namespace FinOps.Platform.Metering;

/// <summary>A meter: the single writer of one tenant's and model's usage.</summary>
[Alias("finops.meter.v1")]
public interface IMeterGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes records in and answers when they are on disk. May interleave, because it only hands them to the ledger and awaits the result:
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

/// <summary>Wakes the meter in this silo, so that one process writes it; what comes from another process comes through here.</summary>
internal sealed class MeterGrain(AwakeMeters meters, Ledger ledger, MeterState.Reader reader) : Grain, IMeterGrain
{
    private AwakeMeter? awake;

    private AwakeMeter Awake => awake ?? throw new InvalidOperationException("A meter was called before it was awake.");

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        awake = new AwakeMeter(MeterKey.Parse(this.GetPrimaryKeyString()), ledger, reader);
        meters.Wake(awake);
        return Task.CompletedTask;
    }

    public Task<RecordOutcome[]> RecordAsync(MeterBatch batch) => Awake.RecordAsync(batch.Pending());

    public Task<MeterTotals> TotalsAsync() => Awake.TotalsAsync(CancellationToken.None);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        meters.Sleep(Awake);
        await Awake.IdleAsync().WaitAsync(cancellationToken);
    }
}
