using System.Text.Json;
using FinOps.Contracts;
using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>
/// Reads what comes through either door: a `UsageReported` (plain, or inside MassTransit's envelope), a JSON array of records, or one record
/// per line. Only a body that is no JSON of these forms is refused whole.
/// </summary>
internal static class ReadBody
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = Limits.JsonDepth };

    /// <summary>A message from the broker: a batch, plain or in an envelope.</summary>
    /// <exception cref="UnreadableBodyException">The message cannot be read.</exception>
    public static ReportedBatch Message(ReadOnlyMemory<byte> body, bool enveloped) => From(body, enveloped, isBatch: true);

    /// <summary>An HTTP body: a batch, an array of records, or a record per line.</summary>
    /// <exception cref="UnreadableBodyException">The body cannot be read.</exception>
    public static ReportedBatch Http(ReadOnlyMemory<byte> body) => From(body, enveloped: false, isBatch: false);

    private static ReportedBatch From(ReadOnlyMemory<byte> body, bool enveloped, bool isBatch)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, Options);
            if (!reader.Read()) throw new UnreadableBodyException("The body is empty; send a UsageReported, an array of records, or a record per line.");
            if (enveloped) Enter(ref reader, "message");
            var batch = reader.TokenType switch
            {
                JsonTokenType.StartArray => new ReportedBatch(null, null, null, Records(ref reader, body)),
                JsonTokenType.StartObject when isBatch || HasRecords(reader) => Batch(ref reader, body),
                JsonTokenType.StartObject => null,
                _ => throw new UnreadableBodyException("The body is neither an object nor an array."),
            };
            if (batch is null) return Lines(body);
            // Whatever follows the batch must be JSON as well: a cut message is unreadable, not half read.
            while (reader.Read())
            {
            }

            return batch;
        }
        catch (JsonException e)
        {
            throw new UnreadableBodyException($"The body is not JSON: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            throw new UnreadableBodyException($"The body holds text that is not Unicode: {e.Message}");
        }
    }

    /// <summary>One record per line (NDJSON). A bad line is quarantined alone.</summary>
    public static ReportedBatch Lines(ReadOnlyMemory<byte> body)
    {
        var names = new NamePool();
        var records = new List<(ReportedRecord, ReadOnlyMemory<byte>)>();
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.Trim(" \t\r"u8).IsEmpty) continue;
            records.Add((Line(line, names), line));
            RequireRoom(records.Count);
        }

        return new ReportedBatch(null, null, null, records);
    }

    /// <summary>One record alone.</summary>
    public static ReportedRecord Record(ReadOnlyMemory<byte> body) => Line(body, new NamePool());

    private static ReportedRecord Line(ReadOnlyMemory<byte> line, NamePool names)
    {
        try
        {
            var reader = new Utf8JsonReader(line.Span, Options);
            reader.Read();
            var record = ReadRecord.From(ref reader, names);
            while (reader.Read())
            {
            }

            return record;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ReportedRecord { Unreadable = new("line_not_json", "line", $"The line is not one JSON object: {e.Message}") };
        }
    }

    private static void Enter(ref Utf8JsonReader reader, string property)
    {
        while (reader.TokenType == JsonTokenType.StartObject || reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Read();
                continue;
            }

            var found = reader.ValueTextEquals(property);
            reader.Read();
            if (found) return;
            reader.Skip();
            reader.Read();
        }

        throw new UnreadableBodyException($"The envelope has no `{property}`.");
    }

    private static bool HasRecords(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("records")) return true;
            reader.Read();
            reader.Skip();
        }

        return false;
    }

    private static ReportedBatch Batch(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new UnreadableBodyException("The message is not an object.");
        string? batchId = null, source = null, backfill = null;
        IReadOnlyList<(ReportedRecord, ReadOnlyMemory<byte>)>? records = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "schemaVersion": RequireVersion(ref reader); break;
                case "batchId": batchId = Text(ref reader, name); break;
                case "source": source = Text(ref reader, name); break;
                case "backfill": backfill = Text(ref reader, name); break;
                case "records": records = Records(ref reader, body); break;
                default: reader.Skip(); break;
            }
        }

        return new ReportedBatch(
            batchId, source, backfill, records ?? throw new UnreadableBodyException("The batch has no array `records`."));
    }

    private static void RequireVersion(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var version) || version != 1)
            throw new UnreadableBodyException("`schemaVersion` must be 1.");
    }

    private static string? Text(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String) throw new UnreadableBodyException($"`{field}` must be text.");
        var text = reader.GetString()!;
        return Domain.Values.Name.Flaw(text) is { } flaw ? throw new UnreadableBodyException($"`{field}` {flaw}.") : text;
    }

    private static List<(ReportedRecord, ReadOnlyMemory<byte>)> Records(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new UnreadableBodyException("`records` must be an array.");
        var names = new NamePool();
        var records = new List<(ReportedRecord, ReadOnlyMemory<byte>)>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            var record = ReadRecord.From(ref reader, names);
            records.Add((record, body[start..(int)reader.BytesConsumed]));
            RequireRoom(records.Count);
        }

        return records;
    }

    private static void RequireRoom(int records)
    {
        if (records > ContractLimits.MaxRecordsPerBatch)
            throw new UnreadableBodyException($"A batch holds at most {ContractLimits.MaxRecordsPerBatch} records; send several.");
    }
}
