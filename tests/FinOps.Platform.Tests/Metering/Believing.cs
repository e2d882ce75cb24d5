using FinOps.Domain.Values;
using FinOps.Platform.Metering;

namespace FinOps.Platform.Tests.Metering;

/// <summary>What an activation may believe of its streams, right or wrong.</summary>
internal static class Believing
{
    /// <summary>That no stream exists.</summary>
    public static MeterBelief Nothing => In([]);

    public static MeterBelief In(Dictionary<string, long> versions) => new(new MeterState(versions, new MeterTotals(0, 0, 0, Quantities.Zero)));
}
