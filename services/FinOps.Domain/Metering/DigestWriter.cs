using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FinOps.Domain.Metering;

/// <summary>Writes fields with their lengths before them, so that no two lists of fields give the same bytes, and hashes them.</summary>
internal ref struct DigestWriter(Span<byte> start)
{
    /// <summary>Bytes that nearly every record fits in.</summary>
    public const int Room = 512;

    private Span<byte> buffer = start;
    private int length;

    public void Text(string? text)
    {
        if (text is null) Number(-1);
        else Text(text.AsSpan());
    }

    public void Text(ReadOnlySpan<char> text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        Number(bytes);
        Encoding.UTF8.GetBytes(text, Next(bytes));
    }

    public void Number(long number) => BinaryPrimitives.WriteInt64BigEndian(Next(sizeof(long)), number);

    /// <returns>The first 128 bits of SHA-256; what was written is gone.</returns>
    public (long High, long Low) Finish()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..length], hash);
        length = 0;
        return (BinaryPrimitives.ReadInt64BigEndian(hash), BinaryPrimitives.ReadInt64BigEndian(hash[sizeof(long)..]));
    }

    private Span<byte> Next(int bytes)
    {
        if (length + bytes > buffer.Length)
        {
            var larger = new byte[Math.Max(buffer.Length * 2, length + bytes)];
            buffer[..length].CopyTo(larger);
            buffer = larger;
        }

        var next = buffer.Slice(length, bytes);
        length += bytes;
        return next;
    }
}
