using System.Text;
using System.Text.Json;

namespace FinOps.Platform.Metering;

/// <summary>Tenants, models, fleets and classes repeat in every record of a batch; each becomes one string.</summary>
internal sealed class NamePool
{
    private const int MaxNames = 4_096;
    private const int MaxBytes = 128;

    private readonly Dictionary<string, string> names = [];
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> lookup;

    public NamePool() => lookup = names.GetAlternateLookup<ReadOnlySpan<char>>();

    public string Get(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > MaxBytes) return reader.GetString()!;
        Span<char> chars = stackalloc char[MaxBytes];
        if (!Encoding.UTF8.TryGetChars(reader.ValueSpan, chars, out var length)) return reader.GetString()!;
        var text = chars[..length];
        if (text.Contains('\uFFFD')) return reader.GetString()!;
        if (lookup.TryGetValue(text, out var known)) return known;
        var name = text.ToString();
        if (names.Count < MaxNames) names[name] = name;
        return name;
    }
}
