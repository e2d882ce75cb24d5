using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FinOps.Platform.Tests.Broker;

/// <summary>One payload that is wrong in some way, and where it must end.</summary>
/// <param name="Id">The message's id, and in whatever can hold it.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Body">All of it.</param>
/// <param name="ContentType">As the sender calls it.</param>
/// <param name="Record">The bad record as it stands in the body; null where the whole is unreadable.</param>
internal sealed record MalformedPayload(string Id, string Kind, byte[] Body, string? ContentType, string? Record);

/// <summary>Makes malformed payloads from a seed. A batch with a bad record holds a good one before it and one behind it.</summary>
internal sealed class Malformed(int seed)
{
    private const string Json = "application/json";
    private readonly Random random = new(seed);

    public static string Good(string id, string tenant = "good") =>
        $$"""{"tenant":"{{tenant}}","id":"{{id}}","model":"m","occurredAt":"{{DateTimeOffset.UtcNow:o}}","quantities":{"output":1} }""";

    public static byte[] Batch(string id, params string[] records) =>
        Encoding.UTF8.GetBytes($$"""{"schemaVersion":1,"batchId":"{{id}}","source":"s","records":[{{string.Join(',', records)}}]}""");

    /// <param name="number">Its number; every 500th is a large one.</param>
    public MalformedPayload Next(int number)
    {
        var id = $"bad-{number}";
        if (number % 500 == 0) return Large(id, number / 500);
        return random.Next(2) == 0 ? Unreadable(id) : Bad(id);
    }

    private MalformedPayload Unreadable(string id)
    {
        var batch = Batch(id, Good(id, "bad"));
        return random.Next(16) switch
        {
            0 => new(id, "no byte", [], Json, null),
            1 => new(id, "truncated", batch[..random.Next(1, batch.Length - 1)], Json, null),
            2 => new(id, "records of a wrong kind", Text($$"""{"batchId":"{{id}}","source":"s","records":{"0":17} }"""), Json, null),
            3 => new(id, "no records", Text($$"""{"batchId":"{{id}}","source":"s"}"""), Json, null),
            4 => new(id, "another version", Text($$"""{"schemaVersion":2,"batchId":"{{id}}","source":"s","records":[]}"""), Json, null),
            5 => new(id, "a number", Text($"{random.Next()}"), Json, null),
            6 => new(id, "noise", Noise(random.Next(1, 400)), Json, null),
            7 => new(id, "zeros", new byte[random.Next(1, 100)], Json, null),
            8 => new(id, "gzip of a good batch", Gzip(batch), Json, null),
            9 => new(id, "gzip rubbish", [0x1f, 0x8b, .. Noise(50)], Json, null),
            10 => new(id, "depth 10,000", Text($$"""{"batchId":"{{id}}","source":"s","records":{{new string('[', 10_000)}}{{new string(']', 10_000)}} }"""), Json, null),
            11 => new(id, "deep in a record", Batch(id, $$"""{"tenant":"bad","id":"{{id}}","later":{{new string('[', 100)}}{{new string(']', 100)}} }"""), Json, null),
            12 => new(id, "NaN", Batch(id, Good(id, "bad").Replace(":1}", ":NaN}", StringComparison.Ordinal).Replace(":1 }", ":NaN }", StringComparison.Ordinal)), Json, null),
            13 => new(id, "wrong content type", batch, random.Next(2) == 0 ? "text/plain" : "application/x-protobuf", null),
            14 => new(id, "missing envelope", batch, "application/vnd.masstransit+json", null),
            _ => new(id, "half a surrogate pair in the batch", Text($$"""{"batchId":"{{id}}\ud800","source":"s","records":[]}"""), Json, null),
        };
    }

    private MalformedPayload Bad(string id)
    {
        var good = Good(id, "bad");
        string With(string quantities) => good.Replace("{\"output\":1}", quantities, StringComparison.Ordinal);
        var (kind, record) = random.Next(16) switch
        {
            0 => ("negative", With("{\"output\":-1}")),
            1 => ("2^63", With("{\"output\":9223372036854775808}")),
            2 => ("1e400", With("{\"output\":1e400}")),
            3 => ("a fraction", With("{\"output\":1.5}")),
            4 => ("NaN as text", With("{\"output\":\"NaN\"}")),
            5 => ("absurd", With("{\"output\":9223372036854775807}")),
            6 => ("unknown class", With("{\"tokens\":1}")),
            7 => ("wrong kind", good.Replace("\"bad\"", "[\"bad\"]", StringComparison.Ordinal)),
            8 => ("a field twice", good.Replace("\"model\":\"m\"", "\"model\":\"m\",\"model\":\"n\"", StringComparison.Ordinal)),
            9 => ("half a surrogate pair", good.Replace("\"model\":\"m\"", "\"model\":\"\\ud800\"", StringComparison.Ordinal)),
            10 => ("half a surrogate pair in a class", With("{\"\\udc00\":1}")),
            11 => ("no instant", good.Replace("\"occurredAt\":\"2", "\"occurredAt\":\"x", StringComparison.Ordinal)),
            12 => ("no model", good.Replace("\"model\":\"m\",", "", StringComparison.Ordinal)),
            13 => ("no object", string.Create(CultureInfo.InvariantCulture, $"\"{id}\"")),
            14 => ("a zero in a name", good.Replace("\"model\":\"m\"", "\"model\":\"m\\u0000\"", StringComparison.Ordinal)),
            _ => ("a part above its whole", With("{\"outputTotal\":1,\"reasoning\":2}")),
        };
        return new(id, kind, Batch(id, Good($"{id}-before"), record, Good($"{id}-behind")), Json, record);
    }

    /// <summary>10 MB in one text: of the batch, then of a record.</summary>
    private static MalformedPayload Large(string id, int which)
    {
        var text = new string('x', 10_000_000);
        if (which % 2 == 0) return new(id, "10 MB in the batch", Text($$"""{"batchId":"{{id}}{{text}}","source":"s","records":[]}"""), Json, null);
        var record = Good(id, "bad").Replace("\"model\":\"m\"", $"\"model\":\"{text}\"", StringComparison.Ordinal);
        return new(id, "10 MB in a record", Batch(id, Good($"{id}-before"), record, Good($"{id}-behind")), Json, record);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private byte[] Noise(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
