using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>
/// A record's identity in 16 bytes, ordered so that neighbours are near each other: where the id ends in digits, the last six of them are the
/// last 20 bits as a number, and the rest is a hash over what stands before. A source that counts its calls therefore writes its keys side by
/// side, which makes an index over them half as dear. An id without digits at its end is a hash as a whole.
/// </summary>
/// <param name="High">The first 64 bits of the hash.</param>
/// <param name="Low">The next 44 bits and the number, or the next 64.</param>
public readonly record struct RecordKey(long High, long Low)
{
    /// <summary>Digits whose number fits the bits that the hash leaves free.</summary>
    private const int MaxDigits = 6;

    private const long NumberMask = (1 << 20) - 1;

    public static RecordKey Of(TenantId tenant, string source, string id)
    {
        var digits = TrailingDigits(id);
        var writer = new DigestWriter(stackalloc byte[DigestWriter.Room]);
        writer.Text(tenant.Value);
        writer.Text(source);
        writer.Text(id.AsSpan(0, id.Length - digits));
        // Without their number, 'a07' and 'a7' would share a key.
        writer.Number(digits);
        var (high, low) = writer.Finish();
        return new RecordKey(high, digits == 0 ? low : (low & ~NumberMask) | NumberOf(id.AsSpan(id.Length - digits)));
    }

    private static int TrailingDigits(string id)
    {
        var digits = 0;
        while (digits < MaxDigits && digits < id.Length && char.IsAsciiDigit(id[id.Length - 1 - digits])) digits++;
        return digits;
    }

    private static long NumberOf(ReadOnlySpan<char> digits)
    {
        var number = 0L;
        foreach (var digit in digits) number = number * 10 + (digit - '0');
        return number;
    }
}
