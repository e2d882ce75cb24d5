using System.Security.Cryptography;
using FinOps.Domain.Values;

namespace FinOps.Platform.Budgets;

/// <summary>A Standard Webhooks secret: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;
    private const int NewBytes = 32;

    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NewBytes));

    /// <returns>Null when the text is a secret, or when there is none.</returns>
    public static Rejection? Flaw(string? text)
    {
        if (text is null) return null;
        // The message never repeats the text: it may be a real secret with a slip in it.
        var isSecret = text.StartsWith(Prefix, StringComparison.Ordinal) && Decode(text) is { Length: >= MinBytes and <= MaxBytes };
        return isSecret ? null : new Rejection(
            "webhook_secret_invalid", "webhook.secret",
            $"A secret is `{Prefix}` and {MinBytes} to {MaxBytes} bytes in base64; leave it out to get one.");
    }

    public static byte[] Key(string secret) => Decode(secret) ?? throw new InvalidOperationException("A stored webhook secret is not base64.");

    private static byte[]? Decode(string secret)
    {
        var text = secret.AsSpan(Prefix.Length);
        var bytes = new byte[text.Length];
        // The decoder passes over spaces; a receiver's may not.
        return !text.Contains(' ') && Convert.TryFromBase64Chars(text, bytes, out var length) ? bytes[..length] : null;
    }
}
