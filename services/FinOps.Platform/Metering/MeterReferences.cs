using System.Collections.Concurrent;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>References to meters' grains, kept: to make one anew for each record costs as much as to read the record.</summary>
internal sealed class MeterReferences(IGrainFactory grains)
{
    private readonly ConcurrentDictionary<Meter, MeterReference> known = new();

    public MeterReference Of(Meter meter)
    {
        if (known.TryGetValue(meter, out var reference)) return reference;
        reference = new MeterReference(grains.GetGrain<IMeterGrain>(MeterKey.Of(meter)));
        return known.Count < Limits.MetersRemembered ? known.GetOrAdd(meter, reference) : reference;
    }
}

internal sealed class MeterReference(IMeterGrain grain)
{
    public IMeterGrain Grain { get; } = grain;

    /// <summary>Whether its grain was in this process when it was last called.</summary>
    public bool IsHere { get; set; }
}
