using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Targets.Facts;

/// <summary>
/// A file of facts: a JSON array, a row an entry. Beside its values a row has `source` and `asOf` (a year, a month or a day), `unverified: true` where nobody
/// compared it with the maker's or seller's word, `sources` with the same three for single fields, and `notes` for readers.
/// </summary>
internal static class FactFile
{
    private static readonly string[] Remarks = ["source", "asOf", "unverified", "sources", "notes"];

    private static readonly string[] Dates = ["yyyy", "yyyy-MM", "yyyy-MM-dd"];

    /// <param name="name">Of the file, for example <c>models.json</c>.</param>
    /// <param name="folder">One's own, whose file of that name is read over the built-in one; null is none.</param>
    /// <param name="keys">The fields that tell rows apart.</param>
    /// <param name="flaws">What is wrong goes here.</param>
    /// <param name="replaceWhole">Whether an own row takes the place of a built-in one, rather than change those of its fields that it names.</param>
    public static IReadOnlyList<FactRow> Rows(string name, string? folder, string[] keys, List<string> flaws, bool replaceWhole = false)
    {
        var rows = Parse(name, BuiltIn(name), keys, flaws);
        if (folder is null || Path.Combine(folder, name) is var path && !File.Exists(path)) return rows;
        var places = rows.Select((row, place) => (row.Key, place)).ToDictionary(r => r.Key, r => r.place, StringComparer.OrdinalIgnoreCase);
        foreach (var own in Parse(path, ReadText(path), keys, flaws))
        {
            if (places.TryGetValue(own.Key, out var place)) rows[place] = replaceWhole ? own : Over(rows[place], own);
            else rows.Add(own);
        }

        return rows;
    }

    /// <summary>What the own row names is its own, source included; the rest stays.</summary>
    private static FactRow Over(FactRow built, FactRow own)
    {
        var values = built.Values.DeepClone().AsObject();
        var fields = new Dictionary<string, Provenance>(built.Provenance.Fields);
        foreach (var (field, value) in own.Values)
        {
            values[field] = value?.DeepClone();
            foreach (var old in fields.Keys.Where(f => f == field || f.StartsWith(field + ".", StringComparison.Ordinal)).ToList()) fields.Remove(old);
            fields[field] = own.Provenance.Of(field);
        }

        foreach (var (field, provenance) in own.Provenance.Fields) fields[field] = provenance;
        return own with { Values = values, Provenance = built.Provenance with { Fields = fields } };
    }

    private static List<FactRow> Parse(string file, string text, string[] keys, List<string> flaws)
    {
        var rows = new List<FactRow>();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var (index, entry) in CatalogFile.Parse(file, text).Index())
        {
            var key = string.Join(" / ", keys.Select(k => entry[k]).Where(k => k is not null));
            var row = new FactRow(file, index, key.Length > 0 ? key : "any", entry, Provenance(file, index, key, entry, flaws));
            foreach (var remark in Remarks) entry.Remove(remark);
            if (seen.TryGetValue(row.Key, out var first)) flaws.Add(row.Flaw(keys[0], $"entry {first} is of the same; leave one of them out."));
            else if (key.Length == 0 && keys.Length == 1) flaws.Add(row.Flaw(keys[0], "is missing."));
            else rows.Add(row);
            seen.TryAdd(row.Key, index);
        }

        return rows;
    }

    private static RowProvenance Provenance(string file, int index, string key, JsonObject entry, List<string> flaws)
    {
        var place = $"{file}: entry {index} ({key})";
        var row = One(entry, "");
        var fields = new Dictionary<string, Provenance>(StringComparer.Ordinal);
        if (entry["sources"] is not (null or JsonObject)) flaws.Add($"{place}: sources: must be an object of fields, each with source and asOf.");
        foreach (var (field, word) in entry["sources"] as JsonObject ?? [])
        {
            if (word is not JsonObject own) flaws.Add($"{place}: sources.{field}: must be an object with source and asOf.");
            else if (!Names(entry, field)) flaws.Add($"{place}: sources.{field}: the row has no such field.");
            else fields[field] = One(own, $"sources.{field}.");
        }

        return new RowProvenance(row, fields);

        Provenance One(JsonObject of, string path)
        {
            var (source, asOf) = (Text(of, "source"), Text(of, "asOf"));
            if (string.IsNullOrWhiteSpace(source)) flaws.Add($"{place}: {path}source: is missing; say where the value comes from.");
            if (!DateTime.TryParseExact(asOf, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                flaws.Add($"{place}: {path}asOf: is '{asOf}'; a year, a month or a day is expected, such as 2026, 2026-05 or 2026-05-20.");
            if (of["unverified"]?.GetValueKind() is not (null or JsonValueKind.True or JsonValueKind.False))
                flaws.Add($"{place}: {path}unverified: is true or false.");
            return new Provenance(source ?? "", asOf ?? "", of["unverified"]?.GetValueKind() == JsonValueKind.True);
        }
    }

    private static bool Names(JsonObject entry, string field) =>
        field.Split('.', 2) is [var outer, .. var inner] && entry[outer] is { } value && (inner.Length == 0 || (value as JsonObject)?.ContainsKey(inner[0]) == true);

    private static string? Text(JsonObject of, string field) => of[field] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static string BuiltIn(string name)
    {
        using var stream = typeof(FactFile).Assembly.GetManifestResourceStream($"physics/{name}") ?? throw new InvalidOperationException($"The program lacks its {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new CatalogFileException($"{path}: {trouble.Message}", trouble);
        }
    }
}
