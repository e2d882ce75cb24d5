using System.Globalization;
using System.Text.Json;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;

namespace FinOps.Platform.Fleets;

/// <summary>Reads reports of fleets: one object, or an array of them. A field of the wrong kind harms its report alone.</summary>
internal static class ReadFleetReports
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.JsonDepth };

    /// <summary>An HTTP body.</summary>
    /// <exception cref="UnreadableBodyException">It is no JSON of these forms.</exception>
    public static IReadOnlyList<ReportedFleet> Http(ReadOnlyMemory<byte> body) => Read<IReadOnlyList<ReportedFleet>>(body, root => root.ValueKind switch
    {
        JsonValueKind.Object => [Report(root)],
        JsonValueKind.Array when root.GetArrayLength() > Limits.FleetReportsPerBody =>
            throw new UnreadableBodyException($"A body holds at most {Limits.FleetReportsPerBody} reports; send several."),
        JsonValueKind.Array => [.. root.EnumerateArray().Select(Report)],
        _ => throw new UnreadableBodyException("The body is neither an object nor an array."),
    });

    /// <summary>A message from the broker: one report, plain or in an envelope.</summary>
    /// <exception cref="UnreadableBodyException">It is no such message.</exception>
    public static ReportedFleet Message(ReadOnlyMemory<byte> body, bool enveloped) => Read(body, root =>
    {
        if (enveloped && (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("message", out root)))
            throw new UnreadableBodyException("The envelope has no `message`.");
        return root.ValueKind == JsonValueKind.Object ? Report(root) : throw new UnreadableBodyException("The message is not an object.");
    });

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            return read(document.RootElement);
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

    private static ReportedFleet Report(JsonElement report)
    {
        var flaws = new List<Rejection>();
        if (report.ValueKind != JsonValueKind.Object) return new ReportedFleet { Unreadable = [new Rejection("report_not_an_object", "report", "A report is a JSON object.")] };
        if (report.TryGetProperty("schemaVersion", out var version) && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == 1))
            flaws.Add(new Rejection("schema_version_unknown", "schemaVersion", "`schemaVersion` must be 1."));
        return new ReportedFleet
        {
            Fleet = Text("fleet"),
            From = At("from"),
            To = At("to"),
            Accelerator = Text("accelerator"),
            Count = Amount("count"),
            State = Text("state"),
            CapacityWorkUnits = Amount("capacityWorkUnits"),
            Unreadable = flaws,
        };

        JsonElement? Given(string field) => report.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        string? Text(string field)
        {
            if (Given(field) is not { } value) return null;
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
            flaws.Add(new Rejection("wrong_type", field, $"`{field}` must be text."));
            return null;
        }

        DateTimeOffset? At(string field)
        {
            if (Text(field) is not { } text) return null;
            if (Instant.TryRead(text, out var instant)) return instant;
            flaws.Add(new Rejection($"{field}_invalid", field, $"`{field}` must be an ISO 8601 instant such as 2026-11-02T09:15:00Z."));
            return null;
        }

        // Envelopes carry decimals as text.
        decimal? Amount(string field)
        {
            if (Given(field) is not { } value) return null;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var amount)) return amount;
            if (value.ValueKind == JsonValueKind.String && decimal.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out amount)) return amount;
            flaws.Add(new Rejection("wrong_type", field, $"`{field}` must be a number."));
            return null;
        }
    }
}
