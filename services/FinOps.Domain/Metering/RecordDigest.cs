using System.Security.Cryptography;

namespace FinOps.Domain.Metering;

/// <summary>
/// What tells a record from another. Two records with different identity share a key with a chance below 10^-8 among 10^12 records, and
/// would then be told as a conflict; two with the same identity and different content have the same digest with a chance of 2^-64.
/// </summary>
/// <param name="Key">Of its identity: tenant, source, id.</param>
/// <param name="Content">The first 64 bits of a SHA-256 over the rest, normalised.</param>
public readonly record struct RecordDigest(RecordKey Key, long Content)
{
    public static RecordDigest Of(UsageRecord record)
    {
        var writer = new DigestWriter(stackalloc byte[DigestWriter.Room]);
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

        return new RecordDigest(RecordKey.Of(record.Tenant, record.Source, record.Id), writer.Finish().High);
    }

    /// <summary>A digest of bytes, for what has no identity of its own.</summary>
    public static Guid OfBytes(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
