using System.Globalization;
using System.Text.Json;
using FinOps.Host.Publishing;

namespace FinOps.Host.Prices;

/// <summary>What is wrong with a file of prices or of usage bodies; the message names the file and the place.</summary>
internal sealed class PriceFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Where in a JSON file a value stands, for messages: <c>prices.json: [3].models[0].prices</c>. Reads what must be there.</summary>
internal sealed record JsonPlace(string File, string Path)
{
    private const int MaxBytes = 256 * 1024 * 1024;

    /// <summary>Reads a file, gzipped or not, whole. A key that stands twice is an error: nobody could say which one counts.</summary>
    /// <exception cref="PriceFileException">It cannot be read, is too large, or is no JSON.</exception>
    public static (JsonDocument Document, JsonPlace Root) Read(string file)
    {
        try
        {
            using var bytes = new MemoryStream();
            using (var stream = new TraceFile(file, new TraceOptions()).OpenBytes())
            {
                var buffer = new byte[1 << 16];
                for (int read; (read = stream.Read(buffer)) > 0;)
                {
                    if (bytes.Length + read > MaxBytes) throw new PriceFileException($"{file}: holds more than {MaxBytes} bytes.");
                    bytes.Write(buffer, 0, read);
                }
            }

            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            return (JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), options), new JsonPlace(file, ""));
        }
        catch (JsonException flaw)
        {
            throw new PriceFileException(
                flaw.LineNumber is { } line ? $"{file}: line {line + 1}, column {flaw.BytePositionInLine + 1}: {Reason(flaw)}" : $"{file}: {Reason(flaw)}", flaw);
        }
        catch (Exception flaw) when (flaw is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PriceFileException($"{file}: {flaw.Message}", flaw);
        }
    }

    public JsonPlace At(string name) => this with { Path = Path.Length == 0 ? name : $"{Path}.{name}" };

    public JsonPlace At(int index) => this with { Path = $"{Path}[{index}]" };

    public PriceFileException Flaw(string what) => new($"{File}: {(Path.Length == 0 ? "the file" : $"`{Path}`")} {what}.");

    public IEnumerable<(JsonElement Value, JsonPlace Place)> Elements(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) throw Flaw("must be a list");
        return value.EnumerateArray().Select((element, index) => (element, At(index)));
    }

    public (JsonElement Value, JsonPlace Place) Required(JsonElement value, string name) =>
        Optional(value, name) ?? throw At(name).Flaw("is missing");

    public (JsonElement Value, JsonPlace Place)? Optional(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Flaw("must be an object");
        return value.TryGetProperty(name, out var inner) && inner.ValueKind != JsonValueKind.Null ? (inner, At(name)) : null;
    }

    public IEnumerable<(string Name, JsonElement Value, JsonPlace Place)> Properties(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Flaw("must be an object");
        return value.EnumerateObject().Select(p => (p.Name, p.Value, At(p.Name)));
    }

    public JsonProperty Only(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Flaw("must be an object");
        return value.EnumerateObject().ToList() is [var only] ? only : throw Flaw("must have exactly one key");
    }

    public string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Flaw("must be a text");

    public decimal Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : throw Flaw("must be a decimal number");

    /// <summary>A decimal written as text or as a number; scientific notation, too.</summary>
    public decimal Decimal(JsonElement value) =>
        value.ValueKind != JsonValueKind.String ? Number(value)
        : decimal.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw Flaw("must be a decimal number");

    private static string Reason(JsonException flaw) => flaw.Message.Split(" LineNumber:")[0].Split(" Path:")[0];
}
