using System.Globalization;

namespace FinOps.Platform.Metering;

/// <summary>Reads ISO 8601 instants: seven fractional digits are kept, further ones cut (never rounded), no zone means UTC.</summary>
internal static class Instant
{
    private const int TickDigits = 7;

    public static bool TryRead(string text, out DateTimeOffset instant)
    {
        instant = default;
        var zone = text.AsSpan(Math.Min(19, text.Length)).IndexOfAny("Zz+-");
        var end = zone < 0 ? text.Length : 19 + zone;
        if (end < 19 || !DateTime.TryParseExact(
            text.AsSpan(0, 19), text[10] == ' ' ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out var local)) return false;
        if (!TryTicks(text.AsSpan(19, end - 19), out var ticks) || !TryOffset(text.AsSpan(end), out var offset)) return false;
        var utc = local.Ticks + ticks - offset.Ticks;
        if (utc < 0 || utc > DateTime.MaxValue.Ticks) return false;
        instant = new DateTimeOffset(utc, TimeSpan.Zero);
        return true;
    }

    private static bool TryTicks(ReadOnlySpan<char> fraction, out long ticks)
    {
        ticks = 0;
        if (fraction.IsEmpty) return true;
        if (fraction.Length < 2 || fraction[0] is not ('.' or ',')) return false;
        for (var i = 1; i < fraction.Length; i++)
        {
            if (!char.IsAsciiDigit(fraction[i])) return false;
            if (i <= TickDigits) ticks = ticks * 10 + (fraction[i] - '0');
        }

        for (var digits = fraction.Length - 1; digits < TickDigits; digits++) ticks *= 10;
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<char> zone, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (zone.IsEmpty || zone is "Z" or "z") return true;
        var digits = zone[1..];
        if (digits.Length == 5 && digits[2] == ':') digits = string.Concat(digits[..2], digits[3..]);
        if (digits.Length is not (2 or 4) || digits.ContainsAnyExceptInRange('0', '9')) return false;
        var hours = int.Parse(digits[..2], CultureInfo.InvariantCulture);
        var minutes = digits.Length == 4 ? int.Parse(digits[2..], CultureInfo.InvariantCulture) : 0;
        if (hours > 14 || minutes > 59) return false;
        offset = new TimeSpan(hours, minutes, 0);
        if (zone[0] == '-') offset = -offset;
        return true;
    }
}
