using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FinOps.Host.Commands;

/// <summary>One question or change, asked of the running system's GraphQL.</summary>
internal static class GraphCall
{
    public static HttpClient Client(Uri url, string key)
    {
        var client = new HttpClient { BaseAddress = url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <param name="client">At the host, with a key.</param>
    /// <param name="query">The document.</param>
    /// <param name="variables">Of the document.</param>
    /// <param name="field">The root field whose answer is wanted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The field's answer, or what is wrong, each with its field in front.</returns>
    public static async Task<(JsonObject? Answer, IReadOnlyList<string> Errors)> AskAsync(
        HttpClient client, string query, object variables, string field, CancellationToken cancellation)
    {
        using var response = await client.PostAsJsonAsync("graphql", new { query, variables }, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (Parsed(text) is not { } answer)
            return (null, [$"the host answered {(int)response.StatusCode}: {text.ReplaceLineEndings(" ")}"]);
        var errors = (answer["errors"] as JsonArray ?? []).Select(e => Error(e!.AsObject())).ToList();
        var found = answer["data"]?[field] as JsonObject;
        return found is null && errors.Count == 0 ? (null, [$"the host answered {(int)response.StatusCode} without data"]) : (found, errors);
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
