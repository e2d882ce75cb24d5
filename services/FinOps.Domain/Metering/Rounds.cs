namespace FinOps.Domain.Metering;

/// <summary>
/// Records of one identity go one after the other, each in a round of its own: they may be of different meters, and the array's order
/// decides who is first.
/// </summary>
public static class Rounds
{
    /// <param name="records">Of one batch, in its order.</param>
    /// <param name="key">A record's identity.</param>
    public static IEnumerable<List<T>> Of<T>(List<T> records, Func<T, RecordKey> key)
    {
        while (records.Count > 0)
        {
            var keys = new HashSet<RecordKey>(records.Count);
            var (round, later) = (new List<T>(records.Count), new List<T>());
            foreach (var record in records) (keys.Add(key(record)) ? round : later).Add(record);
            yield return round;
            records = later;
        }
    }
}
