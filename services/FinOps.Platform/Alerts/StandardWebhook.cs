using System.Security.Cryptography;
using System.Text;
using FinOps.Platform.Budgets;

namespace FinOps.Platform.Alerts;

/// <summary>The signature of the Standard Webhooks specification.</summary>
internal static class StandardWebhook
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <param name="secret"><c>whsec_…</c></param>
    /// <param name="id">Constant over the tries; without a dot.</param>
    /// <param name="timestampSeconds">Unix time of this try.</param>
    /// <param name="body">Exactly the bytes that are sent.</param>
    public static string Sign(string secret, string id, long timestampSeconds, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(FormattableString.Invariant($"{id}.{timestampSeconds}.")), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(WebhookSecret.Key(secret), signed));
    }
}
