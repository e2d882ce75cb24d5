using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>Reads one record. A field of the wrong kind does not harm its neighbours: it is noted and the record goes to quarantine.</summary>
internal static class ReadRecord
{
    private static readonly string[] TextFields = ["tenant", "id", "source", "model", "modelVersion", "fleet", "status"];

    /// <param name="reader">On the record's first token; afterwards on its last.</param>
    /// <param name="names">Holds each repeated text once.</param>
    public static ReportedRecord From(ref Utf8JsonReader reader, NamePool names)
    {
        var record = new ReportedRecord();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            record.Unreadable = new("record_not_an_object", "records", "A record is a JSON object.");
            reader.Skip();
            return record;
        }

        var seen = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var field = FieldOf(ref reader, record);
            reader.Read();
            if (field < 0)
            {
                // A newer contract may send more than we know.
                reader.Skip();
                continue;
            }

            if ((seen & (1 << field)) != 0) Note(record, "field_doubled", Name(field), $"`{Name(field)}` stands more than once.");
            seen |= 1 << field;
            ReadField(ref reader, record, field, names);
        }

        return record;
    }

    private static string Name(int field) => field < TextFields.Length
        ? TextFields[field]
        : (field - TextFields.Length) switch { 0 => "occurredAt", 1 => "quantities", _ => "tags" };

    private static int FieldOf(ref Utf8JsonReader reader, ReportedRecord record)
    {
        try
        {
            for (var field = 0; field < TextFields.Length + 3; field++)
            {
                if (reader.ValueTextEquals(Name(field))) return field;
            }
        }
        catch (InvalidOperationException)
        {
            Note(record, "text_invalid", "records", "A field's name is not valid Unicode.");
        }

        return -1;
    }

    /// <returns>Null where the name is not valid Unicode, which spoils its record and no other.</returns>
    private static string? Key(ref Utf8JsonReader reader, ReportedRecord record, string field, NamePool names)
    {
        try
        {
            return names.Get(ref reader);
        }
        catch (InvalidOperationException)
        {
            Note(record, "text_invalid", field, $"A name in `{field}` is not valid Unicode.");
            return null;
        }
    }

    private static void ReadField(ref Utf8JsonReader reader, ReportedRecord record, int field, NamePool names)
    {
        switch (Name(field))
        {
            case "tenant": record.Tenant = Text(ref reader, record, "tenant", names); break;
            case "id": record.Id = Text(ref reader, record, "id", null); break;
            case "source": record.Source = Text(ref reader, record, "source", names); break;
            case "model": record.Model = Text(ref reader, record, "model", names); break;
            case "modelVersion": record.ModelVersion = Text(ref reader, record, "modelVersion", names); break;
            case "fleet": record.Fleet = Text(ref reader, record, "fleet", names); break;
            case "status": record.Status = Text(ref reader, record, "status", names); break;
            case "occurredAt": record.OccurredAt = ReadInstant(ref reader, record); break;
            case "quantities": record.Quantities = ReadQuantities(ref reader, record, names); break;
            case "tags": record.Tags = ReadTags(ref reader, record, names); break;
            default: throw new InvalidOperationException($"Field {field} has no reader.");
        }
    }

    private static void Note(ReportedRecord record, string code, string field, string message) =>
        record.Unreadable ??= new Rejection(code, field, message);

    private static string? Text(ref Utf8JsonReader reader, ReportedRecord record, string field, NamePool? names)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.String)
        {
            try
            {
                return names is null ? reader.GetString() : names.Get(ref reader);
            }
            catch (InvalidOperationException)
            {
                // The reader's own answer to half a surrogate pair or bytes that are not UTF-8.
                Note(record, "text_invalid", field, $"`{field}` is not valid Unicode.");
                return null;
            }
        }

        Note(record, "wrong_type", field, $"`{field}` must be text.");
        reader.Skip();
        return null;
    }

    private static DateTimeOffset? ReadInstant(ref Utf8JsonReader reader, ReportedRecord record)
    {
        var text = Text(ref reader, record, "occurredAt", null);
        if (text is null) return null;
        if (Instant.TryRead(text, out var instant)) return instant;
        Note(record, "occurred_at_invalid", "occurredAt", "`occurredAt` must be an ISO 8601 instant such as 2026-11-02T09:14:03.1234567Z.");
        return null;
    }

    private static List<KeyValuePair<string, long?>>? ReadQuantities(ref Utf8JsonReader reader, ReportedRecord record, NamePool names)
    {
        if (!IsObject(ref reader, record, "quantities")) return null;
        var quantities = new List<KeyValuePair<string, long?>>(4);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Key(ref reader, record, "quantities", names);
            reader.Read();
            if (name is null) reader.Skip();
            else if (reader.TokenType == JsonTokenType.Null) quantities.Add(new(name, null));
            else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)) quantities.Add(new(name, value));
            else
            {
                Note(record, "quantity_invalid", $"quantities.{name}", $"'{name}' must be a whole number below 2^63, or null where unknown.");
                reader.Skip();
            }
        }

        return quantities;
    }

    private static List<KeyValuePair<string, string>>? ReadTags(ref Utf8JsonReader reader, ReportedRecord record, NamePool names)
    {
        if (!IsObject(ref reader, record, "tags")) return null;
        var tags = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = Key(ref reader, record, "tags", names);
            reader.Read();
            if (Text(ref reader, record, "tags", names) is { } value && key is not null) tags.Add(new(key, value));
        }

        return tags;
    }

    private static bool IsObject(ref Utf8JsonReader reader, ReportedRecord record, string field)
    {
        if (reader.TokenType == JsonTokenType.StartObject) return true;
        if (reader.TokenType != JsonTokenType.Null) Note(record, "wrong_type", field, $"`{field}` must be an object.");
        reader.Skip();
        return false;
    }
}
