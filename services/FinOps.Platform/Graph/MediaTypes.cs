using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FinOps.Platform.Graph;

/// <summary>Which form of answer a client asks for.</summary>
internal static class MediaTypes
{
    public const string GraphResponse = "application/graphql-response+json";
    public const string Json = "application/json";
    public const string Events = "text/event-stream";
    private const string Html = "text/html";

    /// <returns>The first of our two forms in the client's order of preference; null when it takes neither.</returns>
    public static string? Answer(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0) return Json;
        foreach (var range in Preferred(request))
        {
            if (range.MediaType.Equals(GraphResponse, StringComparison.OrdinalIgnoreCase)) return GraphResponse;
            if (range.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) || range.MatchesAllTypes) return Json;
            if (range.MatchesAllSubTypes && range.Type.Equals("application", StringComparison.OrdinalIgnoreCase)) return Json;
        }

        return null;
    }

    /// <summary>A client of subscriptions names events before anything else of ours.</summary>
    public static bool WantsEvents(HttpRequest request) =>
        Preferred(request).FirstOrDefault() is { } first && first.MediaType.Equals(Events, StringComparison.OrdinalIgnoreCase);

    /// <summary>A browser that opens the address names HTML before anything of ours.</summary>
    public static bool WantsPage(HttpRequest request) =>
        Preferred(request).FirstOrDefault() is { } first && first.MediaType.Equals(Html, StringComparison.OrdinalIgnoreCase);

    /// <returns>Whether the body is JSON in UTF-8 as it is, not compressed.</returns>
    public static bool IsJsonBody(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.Count == 0;

    private static IEnumerable<MediaTypeHeaderValue> Preferred(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Where(a => a.Quality is not 0).OrderByDescending(a => a.Quality ?? 1);
}
