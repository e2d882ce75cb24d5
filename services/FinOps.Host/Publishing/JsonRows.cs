using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FinOps.Host.Publishing.Formats;

namespace FinOps.Host.Publishing;

/// <summary>A row of a file of JSON lines.</summary>
/// <param name="Number">From 1, blank lines not counted: the identity of a row that has no id of its own.</param>
/// <param name="Line">From 1, in the file.</param>
internal readonly record struct JsonRow<T>(long Number, long Line, T Value);

/// <summary>A file's JSON lines, one at a time. Strict: a line that is not what it should be ends the reading.</summary>
internal static class JsonRows
{
    public static IEnumerable<JsonRow<T>> Read<T>(TraceFile file, JsonTypeInfo<T> type)
        where T : notnull
    {
        using var reader = file.OpenText();
        long number = 0;
        for (long line = 1; reader.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text)) continue;
            yield return new JsonRow<T>(++number, line, Parse(file, line, text, type));
        }
    }

    private static T Parse<T>(TraceFile file, long line, string text, JsonTypeInfo<T> type)
        where T : notnull
    {
        try
        {
            return JsonSerializer.Deserialize(text, type)
                ?? throw new TraceException(file.Path, line, "row", "an object is expected, not null");
        }
        catch (JsonException flaw)
        {
            var where = flaw.Path is { Length: > 2 } path ? $"'{path[2..]}'" : "row";
            throw new TraceException(file.Path, line, $"column {flaw.BytePositionInLine + 1}, {where}", flaw.Message.Split(" Path:")[0]);
        }
    }
}

/// <summary>The rows of the recorded traces, which all write their keys in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Mooncake.Row), TypeInfoPropertyName = "MooncakeRow")]
[JsonSerializable(typeof(Exgentic.Row), TypeInfoPropertyName = "ExgenticRow")]
[JsonSerializable(typeof(Weka.Row), TypeInfoPropertyName = "WekaRow")]
[JsonSerializable(typeof(LmCache.Row), TypeInfoPropertyName = "LmCacheRow")]
[JsonSerializable(typeof(LlmPerf.Row), TypeInfoPropertyName = "LlmPerfRow")]
[JsonSerializable(typeof(TraceLab.Row), TypeInfoPropertyName = "TraceLabRow")]
internal sealed partial class TraceJson : JsonSerializerContext;
