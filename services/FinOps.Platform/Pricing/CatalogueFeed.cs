using System.IO.Compression;
using System.Text;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Pricing;

/// <summary>A feed as a request carries it: its JSON, or, so that a large one fits, base64 of its gzip.</summary>
internal static class CatalogueFeed
{
    /// <summary>How base64 of any gzip begins; no JSON object does.</summary>
    private const string GzipStart = "H4sI";

    /// <returns>UTF-8 JSON, at most <see cref="Limits.CatalogueBytes"/>.</returns>
    /// <exception cref="RejectedException">It is too large, or no gzip.</exception>
    public static ReadOnlyMemory<byte> Unpack(string feed)
    {
        if (!feed.StartsWith(GzipStart, StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(feed);
        try
        {
            using var packed = new GZipStream(new MemoryStream(Convert.FromBase64String(feed)), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = packed.Read(buffer)) > 0;)
            {
                if (unpacked.Length + read > Limits.CatalogueBytes)
                    throw Refused("catalogue_too_large", $"`catalogue` has more than {Limits.CatalogueBytes} bytes when unpacked.");
                unpacked.Write(buffer, 0, read);
            }

            if (unpacked.Length == 0) throw new InvalidDataException("nothing comes out of it.");
            return unpacked.GetBuffer().AsMemory(0, (int)unpacked.Length);
        }
        catch (Exception flaw) when (flaw is FormatException or InvalidDataException)
        {
            throw Refused("catalogue_not_gzip", $"`catalogue` starts as base64 of gzip does and is none: {flaw.Message}");
        }
    }

    private static RejectedException Refused(string code, string message) => new(new Rejection(code, "catalogue", message));
}
