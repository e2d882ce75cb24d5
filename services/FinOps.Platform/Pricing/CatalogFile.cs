using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FinOps.Platform.Pricing;

/// <summary>
/// A file of facts: a JSON array of inputs, each as its mutation takes it. <c>notes</c> and <c>source</c> say where a number comes from and
/// are for readers; any other unknown key is an error, since it may be a misspelt one.
/// </summary>
public static class CatalogFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false) },
    };

    /// <param name="path">Of the file.</param>
    /// <param name="orOne">Whether an object by itself is a list of one.</param>
    /// <exception cref="CatalogFileException">The file is missing or no JSON array of objects.</exception>
    public static IReadOnlyList<JsonObject> Entries(string path, bool orOne = false)
    {
        try
        {
            var entries = Parse(path, File.ReadAllText(path), orOne);
            foreach (var entry in entries) DropRemarks(entry);
            return entries;
        }
        catch (Exception flaw) when (flaw is IOException or UnauthorizedAccessException)
        {
            throw new CatalogFileException($"{path}: {flaw.Message}", flaw);
        }
    }

    /// <summary>The entries with their remarks.</summary>
    /// <exception cref="CatalogFileException">The text is no JSON array of objects; the message begins with the name.</exception>
    internal static IReadOnlyList<JsonObject> Parse(string name, string text, bool orOne = false)
    {
        try
        {
            var root = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            if (orOne && root is JsonObject one) return [one];
            if (root is not JsonArray entries || entries.Any(e => e is not JsonObject))
                throw new CatalogFileException($"{name}: a JSON array of objects is expected.");
            return [.. entries.Select(e => e!.AsObject())];
        }
        catch (JsonException flaw)
        {
            throw new CatalogFileException($"{name}: {flaw.Message}", flaw);
        }
    }

    /// <exception cref="CatalogFileException">The entry is not of the type; the message names the field.</exception>
    public static T Read<T>(string path, int index, JsonObject entry)
    {
        try
        {
            return entry.Deserialize<T>(Json)!;
        }
        catch (JsonException flaw)
        {
            throw new CatalogFileException($"{path}: entry {index}: {flaw.Message}", flaw);
        }
    }

    private static void DropRemarks(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject entry:
                entry.Remove("notes");
                entry.Remove("source");
                foreach (var (_, value) in entry) DropRemarks(value);
                break;
            case JsonArray list:
                foreach (var value in list) DropRemarks(value);
                break;
        }
    }
}

/// <summary>What is wrong with a file of facts, for the person who wrote it.</summary>
public sealed class CatalogFileException(string message, Exception? inner = null) : Exception(message, inner);
