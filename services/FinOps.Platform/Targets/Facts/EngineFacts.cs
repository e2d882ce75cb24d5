using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Physics;

namespace FinOps.Platform.Targets.Facts;

/// <summary>
/// Rows of <c>engines.json</c>: the one with neither <c>engine</c> nor <c>generation</c> has the fields of <see cref="Efficiency"/>, the others
/// those of <see cref="EngineFactors"/>.
/// </summary>
internal static class EngineFacts
{
    public const string File = "engines.json";

    private const double Most = 1e12;

    public static (Efficiency Usual, List<EngineFactors> Factors) Of(IReadOnlyList<FactRow> rows, List<string> flaws)
    {
        var factors = new List<EngineFactors>();
        var usual = new Efficiency();
        foreach (var row in rows)
        {
            var (engine, generation) = (Name(row, "engine", flaws), Name(row, "generation", flaws));
            if (engine is null && generation is null)
            {
                var values = row.Values.DeepClone().AsObject();
                values.Remove("engine");
                values.Remove("generation");
                usual = Positive(row, (row with { Values = values }).Read<Efficiency>(flaws), flaws) ?? usual;
            }
            else if (Positive(row, row.Read<EngineFactors>(flaws), flaws) is { } known) factors.Add(known);
        }

        return (usual, factors);
    }

    private static T? Positive<T>(FactRow row, T? read, List<string> flaws)
        where T : class
    {
        if (read is null) return null;
        foreach (var field in typeof(T).GetProperties().Where(p => p.PropertyType == typeof(double)))
        {
            if (field.GetValue(read) is double value && !(value is > 0 and < Most))
                flaws.Add(row.Flaw(char.ToLowerInvariant(field.Name[0]) + field.Name[1..], $"is {value}; it must be above zero."));
        }

        return read;
    }

    private static string? Name(FactRow row, string field, List<string> flaws)
    {
        if (row.Values[field] is not { } value) return null;
        if (value is JsonValue text && text.TryGetValue<string>(out var name) && name.Length > 0) return name;
        flaws.Add(row.Flaw(field, "is a name, or null for any."));
        return null;
    }
}
