using System.Text.Json;
using FinOps.Domain.Values;
using FinOps.Platform.Graph.Scalars;
using FinOps.Platform.Hosting;
using GraphQL;
using Microsoft.AspNetCore.Http;

namespace FinOps.Platform.Graph;

/// <summary>What is asked, as the GraphQL-over-HTTP specification carries it: a JSON body, or the parameters of a URL.</summary>
internal sealed record GraphRequest(string Query, string? OperationName, Inputs Variables)
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = Limits.GraphVariableDepth, AllowDuplicateProperties = false };

    /// <exception cref="RejectedException">The body is no such request.</exception>
    public static async Task<GraphRequest> FromBodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, Json, cancellation);
            return FromJson(body.RootElement);
        }
        catch (JsonException flaw)
        {
            throw Malformed("body", $"The body is not the JSON of one request: {flaw.Message}");
        }
    }

    /// <exception cref="RejectedException">The parameters are no such request.</exception>
    public static GraphRequest FromUrl(IQueryCollection parameters)
    {
        var query = parameters["query"] is [{ Length: > 0 } one] ? one : throw Malformed("query", "The URL lacks the parameter `query`.");
        _ = Map(parameters["extensions"], "extensions");
        return new GraphRequest(query, parameters["operationName"] is [{ Length: > 0 } name] ? name : null, Map(parameters["variables"], "variables"));
    }

    private static GraphRequest FromJson(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Array) throw Malformed("body", "Batches are not served; send one request at a time.");
        if (body.ValueKind != JsonValueKind.Object) throw Malformed("body", "The body must be a JSON object.");
        var query = body.TryGetProperty("query", out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : throw Malformed("query", "The body lacks the string `query`.");
        if (query.Length == 0) throw Malformed("query", "`query` is empty.");
        _ = Map(body, "extensions");
        return new GraphRequest(query, Text(body, "operationName"), Map(body, "variables"));
    }

    private static string? Text(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Malformed(name, $"`{name}` must be a string.");

    private static Inputs Map(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? Inputs.Empty
        : value.ValueKind == JsonValueKind.Object ? new Inputs(Object(value))
        : throw Malformed(name, $"`{name}` must be a JSON object.");

    private static Inputs Map(Microsoft.Extensions.Primitives.StringValues parameter, string name)
    {
        if (parameter is not [{ Length: > 0 } text]) return Inputs.Empty;
        try
        {
            using var value = JsonDocument.Parse(text, Json);
            return value.RootElement.ValueKind switch
            {
                JsonValueKind.Null => Inputs.Empty,
                JsonValueKind.Object => new Inputs(Object(value.RootElement)),
                _ => throw Malformed(name, $"`{name}` must be a JSON object."),
            };
        }
        catch (JsonException)
        {
            throw Malformed(name, $"`{name}` is not JSON.");
        }
    }

    private static Dictionary<string, object?> Object(JsonElement value) => value.EnumerateObject().ToDictionary(p => p.Name, p => Value(p.Value));

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number when value.TryGetInt32(out var number) => number,
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        // Never a double: the scalar reads the digits itself.
        JsonValueKind.Number => new JsonNumber(value.GetRawText()),
        JsonValueKind.Array => value.EnumerateArray().Select(Value).ToList(),
        JsonValueKind.Object => Object(value),
        _ => throw new InvalidOperationException($"JSON has no value of kind {value.ValueKind}."),
    };

    private static RejectedException Malformed(string field, string message) => new(new Rejection("invalid_request", field, message));
}
