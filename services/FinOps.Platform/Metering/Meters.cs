using System.Collections.Concurrent;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>
/// The way to a meter: straight to it where its grain is awake in this process, because a message to it costs more than to count a record; else
/// to its grain, wherever Orleans has it or wakes it.
/// </summary>
internal sealed class Meters(IGrainFactory grains, AwakeMeters awake)
{
    // Kept: to make a reference anew for each call costs as much as to read a record.
    private readonly ConcurrentDictionary<Meter, IMeterGrain> references = new();

    /// <returns>Null where the meter is not awake in this process.</returns>
    public AwakeMeter? AwakeHere(Meter meter) => awake.Find(meter);

    /// <exception cref="TimeoutException">Nobody knows yet what became of it.</exception>
    public Task<RecordOutcome[]> RecordAsync(Meter meter, MeterBatch batch) =>
        awake.Find(meter) is { } here ? here.RecordHereAsync(batch.Pending()) : Grain(meter).RecordAsync(batch);

    private IMeterGrain Grain(Meter meter)
    {
        if (references.TryGetValue(meter, out var reference)) return reference;
        reference = grains.GetGrain<IMeterGrain>(MeterKey.Of(meter));
        return references.Count < Limits.MetersRemembered ? references.GetOrAdd(meter, reference) : reference;
    }
}
