using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>The columns that both ServeGen files share. Image tokens are part of the input, reasoning tokens part of the output.</summary>
internal sealed class ServeGenRow(CsvRows rows)
{
    public static readonly string[] Marks =
    [
        "event_id", "timestamp", "source", "tenant", "api_key", "model",
        "input_tokens", "output_tokens", "reasoning_tokens", "image_tokens",
    ];

    private readonly int[] columns = [.. Marks.Select(rows.Column)];

    // A file has few API keys and many rows.
    private readonly Dictionary<string, Dictionary<string, string>> tags = [];

    public UsageRecord Record(TraceFile file)
    {
        var quantities = new Dictionary<string, long?>
        {
            [UnitClasses.InputTotal] = rows.Count(columns[6]),
            [UnitClasses.OutputTotal] = rows.Count(columns[7]),
        };
        if (rows.Count(columns[8]) is var reasoning and not 0) quantities[UnitClasses.Reasoning] = reasoning;
        if (rows.Count(columns[9]) is var image and not 0) quantities[UnitClasses.Image] = image;
        var (source, tenant, model) = (rows.Text(columns[2]), rows.Text(columns[3]), rows.Text(columns[5]));
        return file.Record(rows.Text(columns[0]), rows.Instant(columns[1]), quantities, tenant, source, model) with
        {
            Tags = TagsOf(rows.Text(columns[4])),
        };
    }

    private Dictionary<string, string> TagsOf(string apiKey)
    {
        if (!tags.TryGetValue(apiKey, out var found)) tags[apiKey] = found = new() { ["apiKey"] = apiKey };
        return found;
    }
}
