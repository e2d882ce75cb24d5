namespace FinOps.Domain.Metering;

/// <summary>Whether a meter may write: it must know its streams as they are. A stream that is not named does not exist.</summary>
public static class StreamVersions
{
    /// <param name="streams">Those that the meter is about to write.</param>
    /// <param name="believed">The meter's knowledge.</param>
    /// <param name="stored">Read under the streams' locks.</param>
    public static bool Agree(
        IEnumerable<string> streams, IReadOnlyDictionary<string, long> believed, IReadOnlyDictionary<string, long> stored) =>
        streams.All(id => believed.GetValueOrDefault(id) == stored.GetValueOrDefault(id));
}
