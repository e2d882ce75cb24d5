namespace FinOps.Platform.Alerts;

/// <summary>A target that is a URL with a secret in it, as chats give them out.</summary>
internal static class TargetUrl
{
    /// <returns>Null, or what is wrong with it, without a word of it.</returns>
    public static string? Flaw(string target) =>
        !Uri.TryCreate(target, UriKind.Absolute, out var url) ? "is not an absolute URL"
        : url.Scheme is not ("http" or "https") ? "is neither http nor https"
        : url.Host.Length == 0 ? "names no host"
        : url.UserInfo.Length > 0 ? "holds user information"
        : null;

    /// <summary>Scheme and host; the path and the query are the secret.</summary>
    public static string Shown(string target) => new Uri(target).GetLeftPart(UriPartial.Authority) + "/…";
}
