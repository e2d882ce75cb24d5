namespace FinOps.Platform.Reconciliation;

/// <summary>A meter's fleets by the number of their series; one that only events name gets a number of its own, below 0.</summary>
internal sealed class SeriesNumbers
{
    private readonly Dictionary<string, int> numbers;
    private readonly Dictionary<long, string> fleets;

    public SeriesNumbers(IReadOnlyCollection<LedgerSeries> series)
    {
        numbers = series.ToDictionary(s => s.Fleet, s => s.Id);
        fleets = series.ToDictionary(s => (long)s.Id, s => s.Fleet);
        Known = [.. series.Select(s => s.Id)];
    }

    public IReadOnlyList<int> Known { get; }

    /// <summary>By number, strangers too once they were asked for.</summary>
    public IReadOnlyDictionary<long, string> Fleets => fleets;

    public int Of(string fleet)
    {
        if (numbers.TryGetValue(fleet, out var number)) return number;
        var stranger = -1 - (numbers.Count - Known.Count);
        fleets[stranger] = fleet;
        return numbers[fleet] = stranger;
    }
}
