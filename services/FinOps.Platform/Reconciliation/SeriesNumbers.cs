using FinOps.Domain.Metering;

namespace FinOps.Platform.Reconciliation;

/// <summary>A meter's series by their numbers; one that only events tell of gets a number of its own, below 0.</summary>
internal sealed class SeriesNumbers
{
    private readonly Dictionary<SeriesKey, int> numbers;
    private readonly Dictionary<long, SeriesKey> series;

    public SeriesNumbers(IReadOnlyCollection<LedgerSeries> known)
    {
        numbers = known.ToDictionary(s => s.Key, s => s.Id);
        series = known.ToDictionary(s => (long)s.Id, s => s.Key);
        Known = [.. known.Select(s => s.Id)];
    }

    public IReadOnlyList<int> Known { get; }

    /// <summary>By number, strangers too once they were asked for.</summary>
    public IReadOnlyDictionary<long, SeriesKey> Series => series;

    public int Of(SeriesKey key)
    {
        if (numbers.TryGetValue(key, out var number)) return number;
        var stranger = -1 - (numbers.Count - Known.Count);
        series[stranger] = key;
        return numbers[key] = stranger;
    }
}
