namespace FinOps.Simulation.Store;

/// <summary>What an activation knows of its meter's streams: versions, and how many records each holds.</summary>
internal sealed record StreamState(IReadOnlyDictionary<string, long> Versions, IReadOnlyDictionary<string, int> Records)
{
    public StreamState After(IReadOnlyDictionary<string, (long Version, int Added)> grown)
    {
        if (grown.Count == 0) return this;
        var (versions, records) = (new Dictionary<string, long>(Versions), new Dictionary<string, int>(Records));
        foreach (var (stream, (version, added)) in grown)
        {
            versions[stream] = version;
            records[stream] = records.GetValueOrDefault(stream) + added;
        }

        return new StreamState(versions, records);
    }
}
