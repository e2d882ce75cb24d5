using System.Collections.Frozen;

namespace FinOps.Domain.Metering;

/// <summary>
/// A record's allow-listed tags as one text, by which buckets are kept apart: <c>environment=prod&amp;team=blue</c>, keys ordinal, values escaped,
/// empty without any. A function of the record's tags alone, so that whoever counts it, takes it back or folds it again, in whatever order,
/// finds the same bucket. Its number is bounded by what may stand in it: names, and no identifiers.
/// </summary>
public static class TagSet
{
    /// <summary>What stands for a value that is no name.</summary>
    public const string Other = "other";

    /// <summary>Bytes of a name in its escaped form: all keys together leave a series' index entry well within a page.</summary>
    public const int MaxEscapedLength = 40;

    /// <summary>Digits of a name: a year, a version or a number of a project has fewer, an instant, a trace or a UUID more.</summary>
    public const int MaxDigits = 6;

    /// <summary>The keys, ordinal. A change here changes into which buckets records fall: docs/how-to-add.md says what goes with it.</summary>
    public static readonly IReadOnlyList<string> Keys = ["application", "environment", "feature", "project", "team"];

    private static readonly FrozenSet<string> Allowed = Keys.ToFrozenSet(StringComparer.Ordinal);

    /// <param name="tags">Of a record: by key, ordinal, each once.</param>
    public static string Of(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        var text = "";
        for (var i = 0; i < tags.Count; i++)
        {
            var (key, value) = tags[i];
            // An empty value says nothing.
            if (value.Length == 0 || !Allowed.Contains(key)) continue;
            var pair = $"{key}={Escaped(value)}";
            text = text.Length == 0 ? pair : $"{text}&{pair}";
        }

        return text;
    }

    public static bool IsKey(string key) => Allowed.Contains(key);

    /// <summary>Whether the value stands for itself; else its records are counted under <see cref="Other"/>.</summary>
    public static bool IsName(string value) => value == Other || Escaped(value) != Other;

    /// <returns>The value of a key; null where the records have none.</returns>
    public static string? ValueOf(string tagSet, string key)
    {
        foreach (var pair in tagSet.AsSpan().Split('&'))
        {
            var text = tagSet.AsSpan(pair);
            if (text.Length > key.Length && text[key.Length] == '=' && text.StartsWith(key, StringComparison.Ordinal))
                return Uri.UnescapeDataString(text[(key.Length + 1)..]);
        }

        return null;
    }

    private static string Escaped(string value)
    {
        if (value.Length > MaxEscapedLength) return Other;
        var digits = 0;
        foreach (var letter in value) digits += char.IsDigit(letter) ? 1 : 0;
        if (digits > MaxDigits) return Other;
        var escaped = Uri.EscapeDataString(value);
        return escaped.Length > MaxEscapedLength ? Other : escaped;
    }
}
