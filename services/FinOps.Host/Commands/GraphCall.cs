using System.Text.Json;
using System.Text.Json.Nodes;

namespace FinOps.Host.Commands;

/// <summary>One root field asked of the running system.</summary>
internal static class GraphCall
{
    /// <param name="client">Knows the address and the key.</param>
    /// <param name="query">The document, with the variable <c>input</c>.</param>
    /// <param name="field">The root field in it.</param>
    /// <param name="input">The variable.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The field's value, or what is wrong.</returns>
    public static async Task<(JsonObject? Value, IReadOnlyList<string> Errors)> AskAsync(
        HttpClient client, string query, string field, JsonObject input, CancellationToken cancellation)
    {
        using var response = await client.PostAsJsonAsync("graphql", new { query, variables = new { input } }, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (Parsed(text) is not { } answer)
            return (null, [$"the host answered {(int)response.StatusCode}: {text.ReplaceLineEndings(" ")}"]);
        var errors = (answer["errors"] as JsonArray ?? []).Select(e => Error(e!.AsObject())).ToList();
        var value = answer["data"]?[field] as JsonObject;
        return value is null && errors.Count == 0 ? (null, [$"the host answered {(int)response.StatusCode} without data"]) : (value, errors);
    }

    private static JsonObject? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Error(JsonObject error)
    {
        var field = error["extensions"]?["field"]?.GetValue<string?>();
        return field is null ? $"{error["message"]}" : $"{field}: {error["message"]}";
    }
}
