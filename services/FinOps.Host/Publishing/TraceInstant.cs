using System.Globalization;

namespace FinOps.Host.Publishing;

/// <summary>Instants as files write them: a date, a time, up to 7 fractional digits, and a zone or none, which means UTC.</summary>
internal static class TraceInstant
{
    // Exact formats only: the lenient parser would take "10:00" for today.
    private static readonly string[] Formats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    public const string Expected = "an instant such as 2026-01-01T00:00:00.0000000Z is expected";

    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, Utc, out instant);
    }
}
