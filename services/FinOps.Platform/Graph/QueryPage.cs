using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace FinOps.Platform.Graph;

/// <summary>The page to try queries. It holds no data and loads nothing from elsewhere: what it shows, its user's key has fetched.</summary>
internal static class QueryPage
{
    private static readonly string Html = Read();

    public static Task WriteAsync(HttpResponse response)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept";
        return response.WriteAsync(Html.Replace("{nonce}", nonce, StringComparison.Ordinal), Encoding.UTF8, response.HttpContext.RequestAborted);
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(QueryPage).Assembly.GetManifestResourceStream("FinOps.Platform.Graph.QueryPage.html")!);
        return reader.ReadToEnd();
    }
}
