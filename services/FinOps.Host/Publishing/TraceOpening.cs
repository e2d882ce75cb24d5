using System.Text;
using System.Text.Json;

namespace FinOps.Host.Publishing;

/// <summary>How a file begins: the names in its header line, or the keys of its first JSON object. It tells the format.</summary>
/// <param name="IsJson">Whether the names are JSON keys; else they are CSV columns.</param>
/// <param name="Names">In the file's order.</param>
internal sealed record TraceOpening(bool IsJson, IReadOnlyList<string> Names)
{
    // Enough for the first row of every format; the keys that tell formats apart come early.
    private const int PeekBytes = 64 * 1024;

    public static TraceOpening Read(TraceFile file)
    {
        var bytes = new byte[PeekBytes];
        using var stream = file.OpenBytes();
        var content = bytes.AsSpan(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        content = content.TrimStart(" \t\r\n"u8);
        if (content.IsEmpty) throw new TraceException($"{file.Path} is empty.");
        return content[0] is (byte)'{' or (byte)'[' ? Json(content) : Csv(content);
    }

    public bool Has(IEnumerable<string> names) => names.All(Names.Contains);

    private static TraceOpening Csv(ReadOnlySpan<byte> content)
    {
        var end = content.IndexOfAny((byte)'\r', (byte)'\n');
        var header = Encoding.UTF8.GetString(end < 0 ? content : content[..end]);
        return new TraceOpening(false, [.. header.Split(',').Select(name => name.Trim().Trim('"'))]);
    }

    private static TraceOpening Json(ReadOnlySpan<byte> content)
    {
        var names = new List<string>();
        var reader = new Utf8JsonReader(content, isFinalBlock: false, state: default);
        var depth = content[0] == (byte)'[' ? 2 : 1;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth - 1) break;
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth) names.Add(reader.GetString()!);
            }
        }
        catch (JsonException)
        {
            // The names up to the flaw still tell the format; its reader then names the line.
        }

        return new TraceOpening(true, names);
    }
}
