namespace FinOps.Host.Publishing;

/// <summary>Text from outside in our messages: never more than a line or two of it.</summary>
internal static class Excerpt
{
    public static string Truncated(this string text, int length) => text.Length <= length ? text : text[..length] + "…";
}
