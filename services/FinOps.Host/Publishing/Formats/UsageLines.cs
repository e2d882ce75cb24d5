using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>The contract's own usage records: a JSON array of them, or one after another (NDJSON).</summary>
internal static class UsageLines
{
    public static readonly TraceFormat Format = new("usage_records", true, ["id", "occurredAt", "quantities"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file) =>
        ReadValues(file).Select((line, i) => ToRecord(file, $"record {i + 1}", line, batchSource: null));

    /// <summary>The file's JSON values, one at a time, whether in an array or one after another, pretty-printed or not.</summary>
    public static IEnumerable<UsageLine> ReadValues(TraceFile file)
    {
        using var stream = file.OpenBytes();
        var values = JsonSerializer
            .DeserializeAsyncEnumerable(stream, UsageLineJson.Default.UsageLine, topLevelValues: !StartsAsArray(file))
            .ToBlockingEnumerable()
            .GetEnumerator();
        using (values)
        {
            while (Next(file, values) is { } line) yield return line;
        }
    }

    public static UsageRecord ToRecord(TraceFile file, string where, UsageLine line, string? batchSource)
    {
        var source = line.Source ?? batchSource;
        if (!TraceInstant.TryParse(line.OccurredAt, out var occurredAt))
            throw Flaw("occurredAt", $"'{line.OccurredAt}': {TraceInstant.Expected}");
        return new UsageRecord
        {
            Tenant = file.Options.Tenant ?? line.Tenant ?? throw Flaw("tenant", "is missing; give --tenant"),
            Id = line.Id ?? throw Flaw("id", "is missing"),
            Source = source,
            Model = file.Options.Model ?? line.Model ?? throw Flaw("model", "is missing; give --model"),
            ModelVersion = line.ModelVersion,
            Fleet = file.Options.Fleet ?? line.Fleet,
            OccurredAt = occurredAt,
            Quantities = line.Quantities ?? throw Flaw("quantities", "are missing"),
            Status = line.Status,
            Tags = line.Tags,
        };

        TraceException Flaw(string field, string flaw) => new($"{file.Path}, {where}, '{field}': {flaw}");
    }

    private static UsageLine? Next(TraceFile file, IEnumerator<UsageLine?> values)
    {
        try
        {
            if (!values.MoveNext()) return null;
            return values.Current ?? throw new TraceException($"{file.Path} holds a null where a record is expected.");
        }
        catch (JsonException flaw)
        {
            var line = (flaw.LineNumber ?? 0) + 1;
            throw new TraceException(file.Path, line, $"column {flaw.BytePositionInLine + 1}", flaw.Message.Split(" Path:")[0]);
        }
    }

    private static bool StartsAsArray(TraceFile file)
    {
        using var text = file.OpenText();
        int next;
        do next = text.Read();
        while (next >= 0 && char.IsWhiteSpace((char)next));
        return next == '[';
    }
}

/// <summary>A usage record, or a batch of them, as a file may hold it: what is missing may come from the command line.</summary>
internal sealed record UsageLine
{
    public int? SchemaVersion { get; init; }

    public string? BatchId { get; init; }

    public string? Backfill { get; init; }

    public UsageLine[]? Records { get; init; }

    public string? Tenant { get; init; }

    public string? Id { get; init; }

    public string? Source { get; init; }

    public string? Model { get; init; }

    public string? ModelVersion { get; init; }

    public string? Fleet { get; init; }

    /// <summary>Text, since an instant without a zone is UTC here and local time to the serialiser.</summary>
    public string? OccurredAt { get; init; }

    public Dictionary<string, long?>? Quantities { get; init; }

    public string? Status { get; init; }

    public Dictionary<string, string>? Tags { get; init; }
}

/// <summary>A key that the contract does not have is a mistake in the file, not something to drop.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(UsageLine))]
internal sealed partial class UsageLineJson : JsonSerializerContext;
