namespace FinOps.Domain.Targets;

/// <summary>What somebody may have meant who wrote a name that nothing has.</summary>
public static class NearestNames
{
    private const int Told = 3;

    /// <summary>A sentence: the nearest names, those that hold the written one first.</summary>
    public static string Tell(string written, IEnumerable<string> known)
    {
        var nearest = Of(written, known);
        return nearest.Count == 0 ? "none is known." : $"the nearest that are known: {string.Join(", ", nearest)}.";
    }

    /// <returns>At most three, the nearest first.</returns>
    public static IReadOnlyList<string> Of(string written, IEnumerable<string> known) =>
    [
        .. known.Distinct()
            .OrderBy(k => k.Contains(written, StringComparison.OrdinalIgnoreCase) ? 0 : Changes(Plain(written), Plain(k)))
            .ThenBy(k => k, StringComparer.Ordinal).Take(Told),
    ];

    /// <summary>Signs between words are no part of a name's sound.</summary>
    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    /// <summary>Letters to insert, delete or replace.</summary>
    private static int Changes(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var above = row[j];
                left = Math.Min(Math.Min(left, above) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (above, left);
            }
        }

        return row[to.Length];
    }
}
