using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FinOps.Domain.Metering;

/// <summary>
/// What tells a record from another: a key over its identity (tenant, source, id) and a digest over its content, each the first 128 bits of
/// a SHA-256. Two different records among 10^12 share a key with a chance below 10^-14.
/// </summary>
public readonly record struct RecordDigest(Guid Key, Guid Content)
{
    public static RecordDigest Of(UsageRecord record)
    {
        var writer = new Writer(stackalloc byte[512]);
        writer.Identity(record.Tenant, record.Source, record.Id);
        var key = writer.Finish();

        writer.Text(record.Model.Value);
        writer.Text(record.ModelVersion);
        writer.Text(record.Fleet);
        writer.Number(record.OccurredAt.UtcTicks);
        foreach (var quantity in record.Quantities.AsSpan()) writer.Number(quantity);
        writer.Number(record.Missing);
        writer.Number(record.Failed ? 1 : 0);
        foreach (var (tag, value) in record.Tags)
        {
            writer.Text(tag);
            writer.Text(value);
        }

        return new RecordDigest(key, writer.Finish());
    }

    /// <summary>The key of an identity alone.</summary>
    public static Guid KeyOf(Values.TenantId tenant, string source, string id)
    {
        var writer = new Writer(stackalloc byte[512]);
        writer.Identity(tenant, source, id);
        return writer.Finish();
    }

    /// <summary>A digest of bytes, for what has no identity of its own.</summary>
    public static Guid OfBytes(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>Writes fields with their lengths before them, so that no two lists of fields give the same bytes.</summary>
    private ref struct Writer(Span<byte> start)
    {
        private Span<byte> buffer = start;
        private int length;

        public void Identity(Values.TenantId tenant, string source, string id)
        {
            Text(tenant.Value);
            Text(source);
            Text(id);
        }

        public void Text(string? text)
        {
            if (text is null)
            {
                Number(-1);
                return;
            }

            var bytes = Encoding.UTF8.GetByteCount(text);
            Number(bytes);
            Encoding.UTF8.GetBytes(text, Room(bytes));
        }

        public void Number(long number) => BinaryPrimitives.WriteInt64BigEndian(Room(sizeof(long)), number);

        public Guid Finish()
        {
            var digest = OfBytes(buffer[..length]);
            length = 0;
            return digest;
        }

        private Span<byte> Room(int bytes)
        {
            if (length + bytes > buffer.Length)
            {
                var larger = new byte[Math.Max(buffer.Length * 2, length + bytes)];
                buffer[..length].CopyTo(larger);
                buffer = larger;
            }

            var room = buffer.Slice(length, bytes);
            length += bytes;
            return room;
        }
    }
}
