using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets;

namespace FinOps.Platform.Targets.Facts;

/// <summary>One row of a file of facts, its remarks apart.</summary>
/// <param name="File">Where its last word stands.</param>
/// <param name="Entry">Which of the file's entries, from 0.</param>
/// <param name="Key">What tells it from others.</param>
/// <param name="Values">Its fields.</param>
/// <param name="Provenance">Of them.</param>
internal sealed record FactRow(string File, int Entry, string Key, JsonObject Values, RowProvenance Provenance)
{
    /// <summary>File, entry and key: the beginning of what is said of it.</summary>
    public string Place => $"{File}: entry {Entry} ({Key})";

    public string Flaw(string field, string message) => $"{Place}: {field}: {message}";

    /// <returns>Null when it is not of the type; then a flaw says which field.</returns>
    public T? Read<T>(List<string> flaws)
        where T : class
    {
        try
        {
            return Values.Deserialize<T>(StrictJson.Options);
        }
        catch (JsonException wrong)
        {
            flaws.Add($"{Place}: {wrong.Message}");
            return null;
        }
    }
}
