using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>Columns of a stored usage event: texts once each, and positions instead of flags.</summary>
internal static class Columns
{
    /// <returns>The distinct texts in order of appearance, and each record's index; the indexes are null when there is one text.</returns>
    public static (IReadOnlyList<string?> Texts, IReadOnlyList<int>? Index) Index(
        IReadOnlyList<UsageRecord> records, Func<UsageRecord, string?> text)
    {
        // Most columns of most events say one thing.
        var first = text(records[0]);
        if (records.All(r => text(r) == first)) return ([first], null);
        var texts = new List<string?>();
        var index = new int[records.Count];
        var known = new Dictionary<string, int>();
        var nullAt = -1;
        for (var i = 0; i < index.Length; i++)
        {
            if (text(records[i]) is { } value)
            {
                if (!known.TryGetValue(value, out index[i])) known[value] = index[i] = Add(value);
            }
            else
            {
                index[i] = nullAt >= 0 ? nullAt : nullAt = Add(null);
            }
        }

        return (texts, texts.Count > 1 ? index : null);

        int Add(string? value)
        {
            texts.Add(value);
            return texts.Count - 1;
        }
    }

    public static (IReadOnlyList<IReadOnlyDictionary<string, string>>? Sets, IReadOnlyList<int>? Index) IndexTags(
        IReadOnlyList<UsageRecord> records)
    {
        var tags = records[0].Tags;
        if (records.All(r => r.Tags.Count == tags.Count && r.Tags.SequenceEqual(tags)))
            return tags.Count == 0 ? (null, null) : ([tags.ToDictionary(t => t.Key, t => t.Value)], null);
        var sets = new List<IReadOnlyDictionary<string, string>>();
        // A key of length-prefixed texts tells any two tag sets apart.
        var (keys, index) = Index(records, r => string.Concat(r.Tags.Select(t => $"{t.Key.Length}:{t.Key}{t.Value.Length}:{t.Value}")));
        var seen = 0;
        for (var i = 0; i < records.Count && seen < keys.Count; i++)
        {
            if ((index?[i] ?? 0) != seen) continue;
            sets.Add(records[i].Tags.ToDictionary(t => t.Key, t => t.Value));
            seen++;
        }

        return (sets, index);
    }

    public static KeyValuePair<string, string>[] Sorted(IReadOnlyDictionary<string, string> tags) =>
        tags.Count < 2 ? [.. tags] : [.. tags.OrderBy(t => t.Key, StringComparer.Ordinal)];

    public static IReadOnlyList<string?>? UnlessAllNull(IReadOnlyList<string?> texts) => texts is [null] ? null : texts;

    public static IReadOnlyList<int>? Positions(IReadOnlyList<UsageRecord> records, Func<UsageRecord, bool> holds)
    {
        List<int>? positions = null;
        for (var i = 0; i < records.Count; i++)
        {
            if (holds(records[i])) (positions ??= []).Add(i);
        }

        return positions?.ToArray();
    }

    /// <returns>Per class that occurs, one number per record.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<long>> QuantitiesOf(IReadOnlyList<UsageRecord> records)
    {
        var columns = new long[]?[UnitClass.All.Count];
        for (var i = 0; i < records.Count; i++)
        {
            var values = records[i].Quantities.AsSpan();
            for (var c = 0; c < values.Length; c++)
            {
                if (values[c] != 0) (columns[c] ??= new long[records.Count])[i] = values[c];
            }
        }

        var quantities = new Dictionary<string, IReadOnlyList<long>>();
        foreach (var unitClass in UnitClass.All)
        {
            if (columns[unitClass.Ordinal] is { } column) quantities[unitClass.Name] = column;
        }

        return quantities;
    }

    public static IReadOnlyDictionary<string, IReadOnlyList<int>>? MissingPositions(IReadOnlyList<UsageRecord> records)
    {
        if (!records.Any(r => r.Incomplete)) return null;
        var positions = new Dictionary<string, IReadOnlyList<int>>();
        foreach (var unitClass in UnitClass.All)
        {
            if (Positions(records, r => (r.Missing & (1 << unitClass.Ordinal)) != 0) is { } found) positions[unitClass.Name] = found;
        }

        return positions;
    }

    public static int[] MissingMasks(IReadOnlyDictionary<string, IReadOnlyList<int>>? missing, int records)
    {
        var masks = new int[records];
        foreach (var (name, positions) in missing ?? new Dictionary<string, IReadOnlyList<int>>())
        {
            var unitClass = UnitClass.Find(name) ?? throw new InvalidOperationException($"Stored class '{name}' is unknown.");
            foreach (var position in positions) masks[position] |= 1 << unitClass.Ordinal;
        }

        return masks;
    }
}
