using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Corrections;

/// <summary>What is sent in a quarantined record's place: another record, or its own with some fields changed (JSON Merge Patch, RFC 7396).</summary>
internal static class CorrectedRecord
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.JsonDepth };

    /// <param name="record">As it came.</param>
    /// <param name="patch">The fields to change; null takes a field away.</param>
    /// <exception cref="RejectedException">The record is no object, or holds a field twice: only a whole record can replace it.</exception>
    public static string Patched(string record, JsonObject patch)
    {
        try
        {
            if (JsonNode.Parse(record, documentOptions: Options) is JsonObject fields)
            {
                Merge(fields, patch);
                return fields.ToJsonString();
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // A field that stands twice, text that is no Unicode, or no JSON at all.
        }

        throw new RejectedException(new Rejection(
            "patch_impossible", "patch", "The record is not one JSON object whose fields stand once; give a whole `record` in its place."));
    }

    /// <exception cref="RejectedException">The text is no JSON object.</exception>
    public static JsonObject Object(string text, string field)
    {
        if (Encoding.UTF8.GetByteCount(text) > Limits.GraphBodyBytes)
            throw new RejectedException(new Rejection("correction_too_large", field, $"`{field}` has at most {Limits.GraphBodyBytes} bytes."));
        try
        {
            if (JsonNode.Parse(text, documentOptions: Options) is JsonObject json && json.Count >= 0) return json;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Said below.
        }

        throw new RejectedException(new Rejection("correction_invalid", field, $"`{field}` must be text that is one JSON object, each field once."));
    }

    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) into.Remove(name);
            else if (value is JsonObject inner)
            {
                if (into[name] is not JsonObject) into[name] = new JsonObject();
                Merge((JsonObject)into[name]!, inner);
            }
            else into[name] = value.DeepClone();
        }
    }
}
