using System.Text.Json;
using System.Text.Json.Nodes;

namespace FinOps.Host.Commands;

/// <summary>
/// A map from the columns of a bill to fleets, as people write it: <c>when</c> is an object from columns to a value or several. Given on as
/// the input <c>FleetMapInput</c> wants it. The keys <c>notes</c> and <c>source</c> are for readers.
/// </summary>
internal static class FleetMapFile
{
    private static readonly string[] MapKeys = ["line", "rules", "otherwise"];
    private static readonly string[] RuleKeys = ["when", "fleet", "shared", "leaveOut", "line"];

    /// <exception cref="InvalidOperationException">The file is none; the message names the entry.</exception>
    public static JsonObject Read(string path)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllText(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }) is not JsonObject map)
                throw new InvalidOperationException($"{path}: a JSON object is expected, with rules, and line and otherwise where wanted.");
            RequireKeys(map, MapKeys, path);
            var rules = map["rules"] as JsonArray ?? [];
            return new JsonObject
            {
                ["line"] = map["line"]?.DeepClone(),
                ["rules"] = new JsonArray([.. rules.Select((rule, index) => (JsonNode)Rule(rule, $"{path}: rules[{index}]"))]),
                ["otherwise"] = map["otherwise"] is { } otherwise ? Rule(otherwise, $"{path}: otherwise") : null,
            };
        }
        catch (Exception flaw) when (flaw is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InvalidOperationException($"{path}: {flaw.Message}", flaw);
        }
    }

    private static JsonObject Rule(JsonNode? node, string where)
    {
        if (node is not JsonObject rule) throw new InvalidOperationException($"{where}: an object is expected.");
        RequireKeys(rule, RuleKeys, where);
        var sent = new JsonObject();
        foreach (var (key, value) in rule.Where(p => RuleKeys.Contains(p.Key) && p.Key != "when")) sent[key] = value?.DeepClone();
        if (rule["when"] is not { } when) return sent;
        if (when is not JsonObject columns) throw new InvalidOperationException($"{where}: `when` is an object from columns to values.");
        sent["when"] = new JsonArray([.. columns.Select(c => (JsonNode)new JsonObject { ["column"] = c.Key, ["values"] = Values(c.Value) })]);
        return sent;
    }

    private static JsonArray Values(JsonNode? value) => value switch
    {
        JsonArray several => new JsonArray([.. several.Select(v => (JsonNode?)JsonValue.Create($"{v}"))]),
        null => [],
        _ => [JsonValue.Create($"{value}")],
    };

    private static void RequireKeys(JsonObject entry, string[] known, string where)
    {
        if (entry.Select(p => p.Key).FirstOrDefault(k => !known.Contains(k) && k is not ("notes" or "source")) is { } unknown)
            throw new InvalidOperationException($"{where}: '{unknown}' is unknown; the keys are {string.Join(", ", known)}.");
    }
}
