using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Physics;

namespace FinOps.Host.Measurements;

/// <summary>Efficiencies as rows of <c>engines.json</c>, one a line.</summary>
internal static class EngineRows
{
    private const int Digits = 4;

    public static string Json(Efficiencies efficiencies, string source, string asOf) => Lines(
    [
        Row(null, null, efficiencies.Usual, source, asOf),
        .. efficiencies.Factors.OrderBy(f => f.Generation is null ? 0 : 1).ThenBy(f => f.Engine, StringComparer.Ordinal).ThenBy(f => f.Generation, StringComparer.Ordinal)
            .Select(f => Row(f.Engine, f.Generation, f, source, asOf)),
    ]);

    public static string Json(EngineFactors factors, string source, string asOf) => Lines([Row(factors.Engine, factors.Generation, factors, source, asOf)]);

    /// <summary>Writes the row into a folder's <c>engines.json</c>, in place of one of the same engine and generation.</summary>
    public static void Put(string folder, EngineFactors factors, string source, string asOf)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "engines.json");
        var rows = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsArray().Select(r => r!.DeepClone().AsObject()).ToList() : [];
        rows.RemoveAll(r => (string?)r["engine"] == factors.Engine && (string?)r["generation"] == factors.Generation);
        rows.Add(Row(factors.Engine, factors.Generation, factors, source, asOf));
        File.WriteAllText(path, Lines(rows) + "\n");
    }

    private static string Lines(List<JsonObject> rows)
    {
        var text = new StringBuilder("[\n");
        for (var i = 0; i < rows.Count; i++) text.Append("  ").Append(rows[i].ToJsonString()).Append(i + 1 < rows.Count ? ",\n" : "\n");
        return text.Append(']').ToString();
    }

    private static JsonObject Row(string? engine, string? generation, object values, string source, string asOf)
    {
        var row = new JsonObject { ["engine"] = engine, ["generation"] = generation };
        foreach (var field in values.GetType().GetProperties().Where(p => p.PropertyType == typeof(double)))
        {
            var value = (double)field.GetValue(values)!;
            // A factor of one says nothing.
            if (values is EngineFactors && value == 1) continue;
            var rounded = double.Parse(value.ToString($"G{Digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            row[char.ToLowerInvariant(field.Name[0]) + field.Name[1..]] = rounded;
        }

        row["source"] = source;
        row["asOf"] = asOf;
        return row;
    }
}
