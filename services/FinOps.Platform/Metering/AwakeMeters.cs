using System.Collections.Concurrent;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>The meters whose grains are awake in this process.</summary>
internal sealed class AwakeMeters
{
    private readonly ConcurrentDictionary<Meter, AwakeMeter> awake = new();

    /// <returns>Null where it is not awake here.</returns>
    public AwakeMeter? Find(Meter meter) => awake.GetValueOrDefault(meter);

    public void Wake(AwakeMeter meter) => awake[meter.Meter] = meter;

    /// <summary>Changes nothing where another activation has woken since.</summary>
    public void Sleep(AwakeMeter meter) => awake.TryRemove(new(meter.Meter, meter));
}
